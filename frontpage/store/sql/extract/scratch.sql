-- Account for rows that were copied from a snapshot, as the pull that they stand for.
-- grain: one pull
-- parameters: as_of
-- idempotence: none; used once on an empty database
insert into extract_run (source, as_of, state, rows_in, loaded, ended_at)
select 'snapshot', %(as_of)s, 'done', n, n, clock_timestamp()
from (
    select (select count(*) from article_version) + (select count(*) from reader_version)
         + (select count(*) from read_event) as n
) as counted
