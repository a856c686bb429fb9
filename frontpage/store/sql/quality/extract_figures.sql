-- How the last pull of each source ended.
-- grain: one row; a figure is null where no source was pulled yet, or a pull was too small to judge
-- The API's inbox is always there, and whoever may send events must not be able to stop the newsroom: only its balance
-- counts here.
-- Rows of nobody (reason no_reader) say nothing against a source: half of a day's visits may be of such as are not signed in.
-- parameters (session settings): frontpage.as_of; read-only
with latest as (
    select distinct on (source) *, coalesce((details -> 'reasons' ->> 'no_reader')::bigint, 0) as n_nobodys
    from extract_run
    where as_of <= current_setting('frontpage.as_of')::timestamptz and state <> 'running'
    order by source, as_of desc, extract_id desc
)
select count(*) filter (where source <> 'inbox') as n_sources,
       sum(abs(rows_in - loaded - updated - unchanged - quarantined)) filter (where state = 'done') as n_unaccounted,
       max((quarantined - n_nobodys)::float8 / nullif(rows_in, 0))
           filter (where rows_in >= 20 and state = 'done' and source <> 'inbox') as quarantined_share,
       avg((state = 'failed')::int) as failed_share,
       extract(epoch from current_setting('frontpage.as_of')::timestamptz - max(as_of) filter (where source <> 'inbox')) / 3600
           as newest_pull_age_hours
from latest
