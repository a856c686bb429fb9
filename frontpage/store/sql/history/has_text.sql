-- Whether any article had a text by a moment.
-- grain: one row; it ends at the first text
-- parameters: as_of; read-only
select exists (
    select from article_version
    where recorded_at <= %(as_of)s and coalesce(title, summary, body) is not null
) as has_text
