-- The clock of retractions: how long after it an article was still in a list that was answered or a mail that was sent.
-- grain: one row
-- parameters: now
-- idempotence: reads only
-- Of retractions of the last hour, among the newest 20,000 answers since: none is read where nothing was retracted.
with young as materialized (
    select article_id, retracted_at from retraction
    where ended_at is null and retracted_at > %(now)s - interval '1 hour' and retracted_at <= %(now)s
), answered as materialized (
    select run_id, reader_key, served_at, ranks, article_ids from served_list
    where served_at > (select min(retracted_at) from young) and served_at <= %(now)s
    order by served_at desc limit 20000
), shown as (
    select answered.served_at - young.retracted_at as later
    from answered
    join recommendation list using (run_id, reader_key)
    join young on young.article_id = list.article_id and young.retracted_at < answered.served_at
    where (answered.ranks::integer >> (list.rank - 1)) & 1 = 1
    union all
    select answered.served_at - young.retracted_at
    from answered join young on young.article_id = any(answered.article_ids) and young.retracted_at < answered.served_at
    union all
    select mail.sent_at - young.retracted_at
    from digest_delivery mail join young on young.article_id = any(mail.article_ids) and young.retracted_at < mail.sent_at
    where mail.sent_at > (select min(retracted_at) from young) and mail.sent_at <= %(now)s
)
select coalesce(extract(epoch from max(later)), 0)::float8 as last_shown_seconds,
       (select count(*) from retraction join article using (article_id)
        where ended_at is null and retracted_at < %(now)s - interval '1 minute' and article.status = 'live') as n_live
from shown
