-- The articles that were read most lately.
-- grain: article that is no copy; most reads first, then by article_id
-- parameters: $1 after, $2 until, $3 region (null: anywhere), $4 category (null: any), $5 most rows; read-only
-- Live articles and honest reads only. Reads are found by when they were recorded, for which there is an index; those of
-- a copy count for its original.
with named as (
    select event.article_id, count(*) as n_reads
    from read_event event
    where event.recorded_at > $1 and event.recorded_at <= $2 and event.kind = 'read' and event.suspicion is null
      and ($3::text is null or event.region = $3)
    group by event.article_id
), counted as (
    select coalesce(version.duplicate_of, named.article_id) as article_id, sum(named.n_reads)::bigint as n_reads
    from named
    cross join lateral (
        select duplicate_of from article_version
        where article_version.article_id = named.article_id order by recorded_at desc limit 1
    ) version
    group by 1
)
select counted.article_id, counted.n_reads, article.title, article.url, article.publisher, article.category,
       article.published_at
from counted
cross join lateral (
    select version.title, version.url, version.publisher, version.category, version.published_at, version.status
    from article_version version
    where version.article_id = counted.article_id
    order by version.recorded_at desc limit 1
) article
where article.status = 'live' and ($4::text is null or article.category = $4)
order by counted.n_reads desc, counted.article_id collate "C"
limit $5
