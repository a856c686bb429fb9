-- Share of a run's places whose article is live by its latest version.
-- grain: one row
-- parameters: {table} the run's own table; read-only
with listed as (
    select article_id, count(*) as n from {table} group by article_id
)
select coalesce(sum(listed.n) filter (where article.status = 'live')::float8 / nullif(sum(listed.n), 0)::float8, 0) as share
from listed
left join lateral (
    select status from article_version version
    where version.article_id = listed.article_id order by recorded_at desc limit 1
) article on true
