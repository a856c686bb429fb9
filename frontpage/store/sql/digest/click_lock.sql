-- Let the clicks of one mail be recorded one after the other, so that each sees those before it.
-- grain: none; a lock until the end of the transaction
-- parameters: $1 edition_id, $2 reader_key; read-only
select pg_advisory_xact_lock(hashtextextended($1 || '|' || $2::bigint, 7302))
