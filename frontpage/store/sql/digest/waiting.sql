-- Deliveries of an edition that may be tried now, with the address they go to, sealed; `sending` is one whose process died.
-- grain: reader, in the order of sending
-- parameters: edition_id; read-only
select delivery.reader_key, contact.email
from digest_delivery delivery
left join reader_contact contact using (reader_key)
where delivery.edition_id = %(edition_id)s
  and delivery.state in ('pending', 'sending')
  and delivery.next_attempt_at <= clock_timestamp()
order by delivery.reader_key
