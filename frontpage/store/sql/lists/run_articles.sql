-- The articles that a run's lists and fallback lists name, as known at its moment.
-- grain: article; ordered by it
-- parameters: {table} the run's own table, {run_id}; as_of; read-only
-- Published is when an article came out, or where that is not known when it was first known to anybody and to us.
select version.article_id, version.publisher, version.category,
       coalesce(version.published_at, greatest(version.first_seen_at, first.recorded_at)) as published_at,
       version.recorded_at
from (
    select article_id from {table} union select article_id from fallback_list where run_id = {run_id}
) named
join lateral (
    select * from article_version known
    where known.article_id = named.article_id and known.recorded_at <= %(as_of)s
    order by known.recorded_at desc limit 1
) version on true
join lateral (
    select min(recorded_at) as recorded_at from article_version known where known.article_id = named.article_id
) first on true
order by version.article_id collate "C"
