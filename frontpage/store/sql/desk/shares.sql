-- What share of the places of the served lists each value of a label has, and of the live articles.
-- grain: value, most places first; parameters: label (category or publisher); read-only
with listed as (
    select article_id, count(*) as n from recommendation
    where run_id = (select run_id from published_run where variant = 'champion')
    group by article_id
), labelled as (
    select listed.n, case %(label)s when 'category' then version.category else version.publisher end as value
    from listed
    cross join lateral (
        select category, publisher from article_version version
        where version.article_id = listed.article_id order by recorded_at desc limit 1
    ) version
)
select coalesce(value, '(none)') as value, sum(n)::bigint as n_places, count(*) as n_articles,
       sum(n)::float8 / sum(sum(n)) over () as share
from labelled group by 1 order by n_places desc, value limit 15
