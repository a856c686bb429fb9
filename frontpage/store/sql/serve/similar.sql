-- Articles for readers of one: what its last readers read too, then the newest of its category.
-- grain: article that is no copy; those read together first, by how many of these readers, then by time
-- parameters: $1 article_id, $2 after, $3 until, $4 most rows; read-only (asyncpg, numbered)
-- Bounded: the last 200 readers and 50 reads of each since $2, the last 500 versions of articles. Live articles only.
-- A copy stands for its original, in what is asked for as in what was read.
with target as (
    select coalesce(version.duplicate_of, version.article_id) as article_id
    from article_version version
    where version.article_id = $1 order by version.recorded_at desc limit 1
), target_version as (
    select version.article_id, version.category
    from target
    join article_version version using (article_id)
    order by version.recorded_at desc limit 1
), told as (
    select article_id from target
    union
    select copy.article_id from target join article_version copy on copy.duplicate_of = target.article_id
), fellow as (
    select distinct last.reader_key
    from (
        select event.reader_key from read_event event
        where event.recorded_at > $2 and event.recorded_at <= $3 and event.article_id = any(array(select article_id from told))
          and event.suspicion is null
        order by event.recorded_at desc limit 200
    ) last
), also_read as (
    select fellow.reader_key, also.article_id
    from fellow
    cross join lateral (
        select event.article_id from read_event event
        where event.reader_key = fellow.reader_key and event.occurred_at > $2 and event.recorded_at <= $3
          and event.suspicion is null
        order by event.occurred_at desc limit 50
    ) also
), original as (
    select named.article_id as read_id, coalesce(version.duplicate_of, named.article_id) as article_id
    from (select distinct article_id from also_read) named
    cross join lateral (
        select duplicate_of from article_version
        where article_version.article_id = named.article_id order by recorded_at desc limit 1
    ) version
), together as (
    select original.article_id, count(distinct also_read.reader_key) as n_readers
    from also_read
    join original on original.read_id = also_read.article_id
    where original.article_id not in (select article_id from told)
    group by original.article_id
), fresh as (
    select distinct version.article_id
    from (
        select * from article_version where recorded_at <= $3 order by recorded_at desc limit 500
    ) version
    where version.duplicate_of is null and version.category = (select category from target_version)
      and version.article_id not in (select article_id from told)
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
