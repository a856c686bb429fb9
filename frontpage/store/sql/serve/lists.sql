-- Readers' own lists, as stored by one run, without what they have hidden since.
-- grain: reader, rank; readers without a list of their own, and who want none, give no row
-- parameters: {table} the run's own partition, $1 run_id, $2 reader_keys; read-only (asyncpg, numbered)
-- The partition is named, so neither planning nor locking looks at the other runs. Its rows never change, so an answer is
-- of one run whenever it is read. What articles are called, and whether they may be shown, is in serve_articles.
select reader_key, rank, article_id, score, candidate_source, reasons
from {table}
where run_id = $1 and reader_key = any($2::bigint[])
  and not exists (
      select from reader_preference wish
      where wish.reader_key = {table}.reader_key and wish.kind = 'hidden_article' and wish.value = {table}.article_id
        and wish.ended_at is null
  )
  and not exists (
      select from reader_preference wish
      where wish.reader_key = {table}.reader_key and wish.kind = 'personalised' and wish.ended_at is null
  )
order by reader_key, rank
