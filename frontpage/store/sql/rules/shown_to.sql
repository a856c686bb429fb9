-- Who was shown one of some articles, and who read it.
-- grain: reader, how (list, fallback, mail, shown, read)
-- parameters: article_ids; read-only
-- list: an answer of the API held it among the items of the reader's own list. fallback: the reader was answered with a
-- fallback list of a kind that held it for somebody of their region or interests. shown: an app said so.
with answered as (
    select distinct on (run_id, reader_key) run_id, reader_key, n_items, served_at, count(*) over same as n,
           max(served_at) over same as last_at
    from served_list where fallback is null
    window same as (partition by run_id, reader_key)
    order by run_id, reader_key, n_items desc, served_at
), held as (
    select fallback.run_id, fallback.scope, min(fallback.rank) as rank from fallback_list fallback
    where fallback.article_id = any(%(article_ids)s) group by 1, 2
), found as (
    select answered.reader_key, 'list' as how, answered.served_at as first_at, answered.last_at, answered.n
    from answered
    join recommendation list using (run_id, reader_key)
    where list.article_id = any(%(article_ids)s) and list.rank <= answered.n_items
    union all
    select reader_key, 'fallback', min(served_at), max(served_at), count(*)
    from served_list join held on held.run_id = served_list.run_id and held.scope = served_list.fallback
    where held.rank <= served_list.n_items
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
