-- Articles for readers of one: what its last readers read too, then the newest of its category.
-- grain: article; those read together first, by how many of these readers, then by time
-- parameters: $1 article_id, $2 after, $3 until, $4 most rows; read-only (asyncpg, numbered)
-- Bounded: the last 200 readers and 50 reads of each since $2, the last 500 versions of articles. Live articles only.
with target as (
    select version.category from article_version version
    where version.article_id = $1 order by version.recorded_at desc limit 1
), fellow as (
    select distinct last.reader_key
    from (
        select event.reader_key from read_event event
        where event.recorded_at > $2 and event.recorded_at <= $3 and event.article_id = $1 and event.suspicion is null
        order by event.recorded_at desc limit 200
    ) last
), together as (
    select also.article_id, count(distinct fellow.reader_key) as n_readers
    from fellow
    cross join lateral (
        select event.article_id from read_event event
        where event.reader_key = fellow.reader_key and event.occurred_at > $2 and event.recorded_at <= $3
          and event.suspicion is null
        order by event.occurred_at desc limit 50
    ) also
    where also.article_id <> $1
    group by also.article_id
), fresh as (
    select distinct version.article_id
    from (
        select * from article_version where recorded_at <= $3 order by recorded_at desc limit 500
    ) version
    where version.article_id <> $1 and version.category = (select category from target)
), candidate as (
    select article_id, 'co_read' as because, n_readers from together
    union all
    select article_id, 'same_category', 0 from fresh where article_id not in (select article_id from together)
)
select candidate.article_id, candidate.because, candidate.n_readers, article.title, article.url, article.publisher,
       article.category, article.published_at
from candidate
cross join lateral (
    select version.title, version.url, version.publisher, version.category, version.published_at, version.status
    from article_version version
    where version.article_id = candidate.article_id
    order by version.recorded_at desc limit 1
) article
where article.status = 'live' and exists (select from target)
order by candidate.n_readers desc, article.published_at desc nulls last, candidate.article_id collate "C"
limit $4
