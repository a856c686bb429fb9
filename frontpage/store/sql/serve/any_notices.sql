-- Whether an article was retracted lately, so that somebody may be owed a correction.
-- grain: one row; parameters: $1 retracted after; read-only (asyncpg, numbered)
select exists (select from retraction where ended_at is null and noted_at is not null and retracted_at > $1) as is_any
