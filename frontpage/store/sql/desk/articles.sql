-- Articles by words of their titles, or by their id; without words the newest.
-- grain: article, newest first; parameters: words (web search syntax), article_id, since (older versions are not looked at), most; read-only
select distinct on (recorded_at, article_id) article_id, title, publisher, category, published_at, status, duplicate_of, recorded_at
from article_version version
where (version.recorded_at > %(since)s or version.article_id = %(article_id)s)
  and (%(words)s = '' or version.article_id = %(article_id)s
       or to_tsvector('simple', version.title) @@ websearch_to_tsquery('simple', %(words)s))
  and not exists (
      select from article_version later
      where later.article_id = version.article_id and later.recorded_at > version.recorded_at
  )
order by recorded_at desc, article_id
limit %(most)s
