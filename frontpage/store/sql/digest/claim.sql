-- Write down that a mail is about to be handed over, with what it holds, unless its edition has been stopped or
-- one of its articles has been retracted.
-- grain: delivery
-- parameters: edition_id, reader_key, article_ids, address_hash
-- idempotence: a settled delivery, a stopped edition and a suppressed address are left alone: no row is touched
update digest_delivery
set state = 'sending', attempts = attempts + 1, article_ids = %(article_ids)s, address_hash = %(address_hash)s,
    updated_at = clock_timestamp()
where edition_id = %(edition_id)s
  and reader_key = %(reader_key)s
  and state in ('pending', 'sending')
  and not exists (select from digest_stop stop where stop.edition_id in (%(edition_id)s, 'all'))
  and not exists (select from retraction where retraction.article_id = any(%(article_ids)s) and retraction.ended_at is null)
  and not exists (select from unnest(%(article_ids)s) article_id where is_flagged(article_id))
  and not exists (select from digest_suppression known where known.address_hash = %(address_hash)s)
