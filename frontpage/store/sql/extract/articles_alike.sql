-- Articles known before that new ones of this pull may be copies of: same address, same text, or text of the last days.
-- grain: article, and address or text or signature of it
-- parameters: near_window (interval); read-only
with new as materialized (
    select article_id, canonical_url, content_hash, effective_at from article_outcome where outcome = 'loaded'
)
select v.article_id, v.recorded_at, v.canonical_url, v.content_hash, null::bytea as signature, v.duplicate_of as original
from article_version v where v.canonical_url in (select canonical_url from new)
union all
select v.article_id, v.recorded_at, v.canonical_url, v.content_hash, null::bytea, v.duplicate_of
from article_version v where v.content_hash in (select content_hash from new)
union all
select s.article_id, s.recorded_at, '', '', s.signature, null
from article_signature s
where s.recorded_at >= (select min(effective_at) from new) - %(near_window)s::interval
  and s.recorded_at <= (select max(effective_at) from new)
