-- An article with its original and the copies of that, as they are now.
-- grain: article; none for an unknown id
-- parameters: article_id; read-only
with asked as (
    select coalesce(duplicate_of, article_id) as original from article_version
    where article_id = %(article_id)s order by recorded_at desc limit 1
)
select distinct on (version.article_id) version.article_id, version.title, version.status, version.duplicate_kind
from article_version version, asked
where version.article_id = asked.original or version.duplicate_of = asked.original
order by version.article_id, version.recorded_at desc
