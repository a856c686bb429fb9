-- Readers appear with the first row that names them.
-- grain: reader; parameters: floor; idempotence: upsert by key
insert into reader (reader_key, reader_id, recorded_at)
select reader_key, reader_id, min(greatest(claimed_at, %(floor)s::timestamptz + interval '1 microsecond'))
from (
    select reader_key, reader_id, claimed_at from stage_reader
    union all select reader_key, reader_id, claimed_at from read_outcome where outcome = 'loaded'
    union all select reader_key, reader_id, claimed_at from impression_outcome where outcome = 'loaded'
) named
group by reader_key, reader_id
order by reader_key
on conflict do nothing
