-- Corrections that an edition's readers are owed and no mail has told them yet.
-- grain: reader, article, newest first
-- parameters: reader_keys, edition_id (one that died on its way is written again as it was); read-only
select correction.reader_key, correction.article_id, article.title, retraction.retracted_at
from correction
join retraction on retraction.article_id = correction.article_id and retraction.ended_at is null
cross join lateral (
    select version.title from article_version version
    where version.article_id = correction.article_id order by version.recorded_at desc limit 1
) article
where correction.reader_key = any(%(reader_keys)s::bigint[])
  and (correction.edition_id is null or correction.edition_id = %(edition_id)s)
order by correction.reader_key, retraction.retracted_at desc, correction.article_id
