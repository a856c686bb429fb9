-- Mark an edition sent where nothing of it is waiting any more.
-- grain: edition
-- parameters: edition_id
-- idempotence: edition_id; closing twice keeps the first end
update digest_edition
set state = 'sent', ended_at = clock_timestamp()
where edition_id = %(edition_id)s
  and state = 'sending'
  and not exists (
      select from digest_delivery where edition_id = %(edition_id)s and state in ('pending', 'sending')
  )
