-- New articles of this pull, for the search for duplicates.
-- grain: article; parameters: none; read-only
select article_id, effective_at as recorded_at, canonical_url, content_hash, signature, null as original
from article_outcome where outcome = 'loaded'
order by effective_at, article_id collate "C"
