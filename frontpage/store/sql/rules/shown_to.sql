-- Who was shown one of some articles, and who read it.
-- grain: reader, how (list, fallback, mail, shown, read)
-- parameters: article_ids; run_ids, reader_keys, ranks: where they stood in archived runs, side by side; read-only
-- list: an answer of the API held it among the places shown of the reader's own list. fallback: an answer with another
-- list held it. shown: an app said so. Answers to nobody in particular (reader 0) name nobody.
with answered as (
    select run_id, reader_key, bit_or(coalesce(ranks::integer, (1 << n_items) - 1)) as shown, min(served_at) as first_at,
           max(served_at) as last_at, count(*) as n
    from served_list where fallback is null and reader_key <> 0
    group by run_id, reader_key
), listed as (
    select run_id, reader_key, rank from recommendation where article_id = any(%(article_ids)s)
    union all
    select * from unnest(%(run_ids)s::bigint[], %(reader_keys)s::bigint[], %(ranks)s::smallint[])
), found as (
    select answered.reader_key, 'list' as how, answered.first_at, answered.last_at, answered.n
    from answered
    join listed using (run_id, reader_key)
    where (answered.shown >> (listed.rank - 1)) & 1 = 1
    union all
    select reader_key, 'fallback', min(served_at), max(served_at), count(*)
    from served_list where fallback is not null and reader_key <> 0 and article_ids && %(article_ids)s
    group by reader_key
    union all
    select reader_key, 'mail', min(sent_at), max(sent_at), count(*) from digest_delivery
    where article_ids && %(article_ids)s and state in ('sent', 'sending') group by reader_key
    union all
    select reader_key, 'shown', min(occurred_at), max(occurred_at), count(*) from impression
    where article_id = any(%(article_ids)s) group by reader_key
    union all
    select reader_key, 'read', min(occurred_at), max(occurred_at), count(*) from read_event
    where article_id = any(%(article_ids)s) group by reader_key
)
select reader_key, how, min(first_at) as first_at, max(last_at) as last_at, sum(n)::bigint as n_times
from found group by reader_key, how
order by reader_key, how
