-- The articles that a reader has hidden.
-- grain: article; parameters: $1 reader_key; read-only (asyncpg, numbered)
select value as article_id from reader_preference
where reader_key = $1 and kind = 'hidden_article' and ended_at is null
