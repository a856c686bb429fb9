-- Corrections that readers are owed: articles they were shown or read that were retracted since.
-- grain: reader, article, newest retraction first
-- parameters: $1 reader_keys, $2 retracted after; read-only (asyncpg, numbered)
select correction.reader_key, correction.article_id, article.title, article.url, retraction.retracted_at
from correction
join retraction on retraction.article_id = correction.article_id and retraction.ended_at is null
cross join lateral (
    select version.title, version.url from article_version version
    where version.article_id = correction.article_id order by version.recorded_at desc limit 1
) article
where correction.reader_key = any($1::bigint[]) and retraction.retracted_at > $2
order by correction.reader_key, retraction.retracted_at desc, correction.article_id
