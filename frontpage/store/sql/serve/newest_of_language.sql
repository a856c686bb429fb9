-- The newest live articles, and the language of each.
-- grain: article that is no copy; newest first
-- parameters: $1 language (null: any), $2 until, $3 most rows; read-only (asyncpg, numbered)
-- Bounded: the last 500 versions that were known by then.
select version.article_id, version.title, version.url, version.publisher, version.category, version.published_at
from (
    select * from article_version where recorded_at <= $2 order by recorded_at desc limit 500
) version
where version.status = 'live' and version.duplicate_of is null and ($1::text is null or version.language = $1)
  and not exists (
      select from article_version later
      where later.article_id = version.article_id and later.recorded_at > version.recorded_at
  )
order by version.published_at desc nulls last, version.article_id collate "C"
limit $3
