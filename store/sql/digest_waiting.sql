-- Deliveries of an edition that are not settled, in the order of sending; `sending` is one whose process died.
-- grain: reader
-- parameters: edition_id, after (reader_key of the last one seen), n_readers (at most); read-only
select delivery.reader_key, delivery.message_id, delivery.state,
       case when contact.digest_opt_in then contact.email end as email
from digest_delivery delivery
left join reader_contact contact using (reader_key)
where delivery.edition_id = %(edition_id)s
  and delivery.state in ('pending', 'sending')
  and delivery.reader_key > %(after)s
order by delivery.reader_key
limit %(n_readers)s
