-- Whether a quarantined read or impression of a source waits for an article that is known by now.
-- grain: one row; parameters: source; read-only
select exists (
    select 1 from quarantine q
    where q.source = %(source)s and q.reason = 'unknown_article' and q.released_at is null
      and exists (select 1 from article_version a where a.article_id = q.payload::jsonb ->> 'article_id')
) as waiting
