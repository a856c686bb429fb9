-- What waits in the API's inbox: how many events, and the article with most reads among them.
-- grain: one row
-- parameters: none
-- idempotence: reads only
select coalesce(sum(n_all), 0) as n_waiting, coalesce(max(n), 0) as n_most_read, (array_agg(article_id order by n desc))[1] as most_read
from (
    select article_id, count(*) as n_all, count(*) filter (where kind = 'read') as n
    from event_inbox group by article_id
) by_article
