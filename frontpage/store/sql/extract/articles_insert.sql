-- Write the new articles and the new versions; a version keeps its article's duplicate mark, status and first sight.
-- grain: article_version [article, recorded_at]
-- parameters: source, extract_id
-- idempotence: article_outcome holds only what is not known yet
insert into article_version (article_id, recorded_at, url, canonical_url, title, summary, body, language, category,
    publisher, author, published_at, first_seen_at, content_hash, duplicate_of, duplicate_kind, status, source, extract_id,
    claimed_at)
select o.article_id, o.effective_at, o.url, o.canonical_url, o.title, o.summary, o.body, o.language, o.category,
       o.publisher, o.author, o.published_at, coalesce(o.known_since, o.seen_at), o.content_hash,
       coalesce(o.duplicate_of, m.duplicate_of), coalesce(o.duplicate_kind, m.duplicate_kind), coalesce(o.status, 'live'),
       %(source)s, %(extract_id)s, o.claimed_at
from article_outcome o left join stage_mark m using (article_id)
where o.outcome in ('loaded', 'updated')
order by o.effective_at, o.article_id
