-- What articles said, as known at a moment.
-- grain: article, ordered
-- parameters: as_of, article_ids; read-only
select distinct on (article_id collate "C") article_id, url, title, summary, body, author
from article_version
where article_id = any(%(article_ids)s) and recorded_at <= %(as_of)s
order by article_id collate "C", recorded_at desc
