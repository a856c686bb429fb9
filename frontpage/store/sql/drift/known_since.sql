-- When the first read or article became known.
-- grain: one row
-- parameters: none
-- idempotence: reads only
select least((select min(recorded_at) from read_event), (select min(recorded_at) from article_version)) as moment
