-- Put sealed addresses in the place of what was read; nothing else of a contact changes, so no consent is written.
-- grain: reader_contact [reader]
-- parameters: reader_keys, before, sealed (arrays of one length)
-- idempotence: an address that has changed since it was read is left to the next call
update reader_contact
set email = given.sealed
from unnest(%(reader_keys)s::bigint[], %(before)s::text[], %(sealed)s::text[]) as given (reader_key, before, sealed)
where reader_contact.reader_key = given.reader_key and reader_contact.email = given.before
