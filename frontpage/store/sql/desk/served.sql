-- What is served now, of each variant, with how much of the readership it covers.
-- grain: variant; parameters: none; read-only
select pointer.variant, run.run_id, run.as_of, pointer.published_at, run.model_version, run.snapshot_hash, run.checksum,
       run.n_readers, run.details->>'rules' as rules, run.details->'degraded' as degraded, (select count(*) from reader) as n_known,
       hold.reason as held_because, hold.actor as held_by
from published_run pointer
join rec_run run using (run_id)
left join list_hold hold on hold.variant = pointer.variant and hold.lifted_at is null
order by array_position(array['champion', 'canary', 'today'], pointer.variant), pointer.variant
