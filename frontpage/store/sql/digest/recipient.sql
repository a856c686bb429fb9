-- One delivery just before it is made; email (sealed) is null where the reader has gone, or does not want it any more.
-- grain: delivery
-- parameters: edition_id, reader_key; read-only
select delivery.message_id, delivery.state, delivery.attempts, case when consent.wants then contact.email end as email
from digest_delivery delivery
left join reader_contact contact using (reader_key)
left join lateral (
    select wants from digest_consent change
    where change.reader_key = delivery.reader_key
    order by change.happened_at desc, change.consent_id desc limit 1
) consent on true
where delivery.edition_id = %(edition_id)s and delivery.reader_key = %(reader_key)s
