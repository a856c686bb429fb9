-- Readers who want lists that are made of nothing about them, in force now.
-- grain: reader; parameters: none; read-only
select distinct reader_key from reader_preference where kind = 'personalised' and ended_at is null order by reader_key
