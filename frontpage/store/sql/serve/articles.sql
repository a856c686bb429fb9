-- What an answer says about articles: the latest version that is known.
-- grain: article; unknown ids give no row
-- parameters: $1 article_ids; read-only (asyncpg, numbered)
select asked.article_id, article.title, article.url, article.publisher, article.category, article.published_at,
       article.status = 'live' and not is_flagged(asked.article_id) as is_live
from unnest($1::text[]) asked (article_id)
cross join lateral (
    select version.title, version.url, version.publisher, version.category, version.published_at, version.status
    from article_version version
    where version.article_id = asked.article_id
    order by version.recorded_at desc limit 1
) article
