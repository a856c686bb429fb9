-- What a reader asked of us, as in force now.
-- grain: kind, value; ordered so; parameters: $1 reader_key; read-only (asyncpg, numbered)
select kind, value from reader_preference
where reader_key = $1 and ended_at is null
order by kind, value collate "C"
