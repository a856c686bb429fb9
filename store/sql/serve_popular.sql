-- The articles that were read most lately.
-- grain: article; most reads first, then by article_id
-- parameters: $1 after, $2 until, $3 region (null: anywhere), $4 category (null: any), $5 most rows; read-only
-- Live articles and honest reads only. Reads are found by when they were recorded, for which there is an index.
with counted as (
    select event.article_id, count(*) as n_reads
    from read_event event
    where event.recorded_at > $1 and event.recorded_at <= $2 and event.kind = 'read' and event.suspicion is null
      and ($3::text is null or event.region = $3)
    group by event.article_id
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
