-- Two readers under one pseudonym (about 1.5e-8 for 521,000 readers) must stop the load, not be mixed.
-- grain: pseudonym; parameters: none; read-only
select count(*) as n
from (
    select reader_key, reader_id from stage_reader
    union select reader_key, reader_id from read_outcome where outcome = 'loaded'
    union select reader_key, reader_id from impression_outcome where outcome = 'loaded'
) named left join reader using (reader_key, reader_id)
where reader.reader_key is null
