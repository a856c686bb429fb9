-- Reads that became known, each with the last list that its reader was shown before: a mail for what was read out of a
-- mail, else a list of the API.
-- grain: read event; a temporary table
-- parameters: since (excluded; by when a read was recorded), as_of, window_hours (a list that is older has no part in it)
-- idempotence: a read that stands beside that very list already is left out; one whose list came in late is moved
create temp table assigned on commit drop as
select read.event_id, shown.outcome_id, shown.run_id, read.reader_key, shown.ranks, read.article_id, read.occurred_at,
       read.dwell_seconds, array_position(shown.article_ids, read.article_id)::smallint as position, null::bigint as maker_run,
       before.outcome_id as former_id
from read_event read
cross join lateral (
    select outcome_id, run_id, ranks, article_ids
    from list_outcome
    where list_outcome.reader_key = read.reader_key
      and shown_at <= read.occurred_at
      and shown_at > read.occurred_at - %(window_hours)s * interval '1 hour'
      and (list_outcome.surface = 'email') = (read.surface is not distinct from 'email')
    order by shown_at desc, outcome_id desc
    limit 1
) shown
left join list_read before on before.event_id = read.event_id
where read.kind = 'read' and read.suspicion is null
  and read.recorded_at > %(since)s and read.recorded_at <= %(as_of)s
  and before.outcome_id is distinct from shown.outcome_id
