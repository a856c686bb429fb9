-- Mark editions sent of which nothing is waiting any more.
-- grain: edition
-- parameters: edition_ids; idempotence: closing twice keeps the first end
update digest_edition edition
set state = 'sent', ended_at = clock_timestamp()
where edition.edition_id = any(%(edition_ids)s)
  and edition.state = 'sending'
  and not exists (
      select from digest_delivery delivery
      where delivery.edition_id = edition.edition_id and delivery.state in ('pending', 'sending')
  )
