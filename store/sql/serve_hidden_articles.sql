-- The articles that readers have hidden.
-- grain: reader, article; readers who hide nothing give no row
-- parameters: $1 reader_keys; read-only (asyncpg, numbered)
select reader_key, value as article_id from reader_preference
where reader_key = any($1::bigint[]) and kind = 'hidden_article' and ended_at is null
