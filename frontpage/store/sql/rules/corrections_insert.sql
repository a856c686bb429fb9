-- Write down the readers who are owed a correction.
-- grain: reader, article
-- parameters: article_id, reader_keys
-- idempotence: who is owed it already is left alone
insert into correction (reader_key, article_id, noted_at)
select reader_key, %(article_id)s, clock_timestamp() from unnest(%(reader_keys)s::bigint[]) reader_key
on conflict do nothing
