-- Articles of some days as rows of the canonical files.
-- grain: article; parameters: since, most; read-only
select distinct on (article_id) article_id, url, title, summary, language, category, publisher, author, published_at,
       first_seen_at, status
from article_version where recorded_at > %(since)s order by article_id, recorded_at desc limit %(most)s
