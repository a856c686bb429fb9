-- In which language some articles are.
-- grain: article of which that is known; parameters: $1 article_ids; read-only (asyncpg, numbered)
select asked.article_id, version.language
from unnest($1::text[]) asked (article_id)
cross join lateral (
    select language from article_version
    where article_version.article_id = asked.article_id order by recorded_at desc limit 1
) version
where version.language is not null
