-- What the mails of a region's last edition before as_of held: each article, and the share of mails it was in.
-- grain: article
-- parameters: region (null: unknown), as_of; read-only
with last as (
    select edition_id from digest_edition edition
    where region is not distinct from %(region)s and as_of < %(as_of)s
    order by as_of desc, edition_id desc limit 1
), sent as (
    select delivery.edition_id, delivery.article_ids from digest_delivery delivery join last using (edition_id)
    where delivery.state = 'sent'
)
select sent.edition_id, article_id, article.title, count(*)::float8 / (select count(*) from sent) as share
from sent
cross join lateral unnest(sent.article_ids) as held (article_id)
join article using (article_id)
group by sent.edition_id, article_id, article.title
order by share desc, article_id
