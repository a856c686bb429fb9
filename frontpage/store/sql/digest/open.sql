-- Open an edition and fill its outbox: the subscribers at its homes who are not owed a mail of that local day yet.
-- grain: delivery
-- parameters: edition_id, region, local_day, due_at, as_of, run_id, domain (of the Message-IDs), home_regions and
-- home_timezones (text arrays side by side; null: not known). Needs digest_subscriber.
-- idempotence: edition_id; an edition that is there already is left alone. The Message-ID depends on edition and reader
-- only, so a mail that is sent a second time can be recognised.
with edition as (
    insert into digest_edition (edition_id, region, local_day, due_at, as_of, run_id)
    values (%(edition_id)s, %(region)s, %(local_day)s, %(due_at)s, %(as_of)s, %(run_id)s)
    on conflict (edition_id) do nothing
    returning edition_id
), home as (
    select * from unnest(%(home_regions)s::text[], %(home_timezones)s::text[]) as home (region, timezone)
)
insert into digest_delivery (edition_id, reader_key, local_day, message_id)
select edition.edition_id, subscriber.reader_key, %(local_day)s,
       '<' || edition.edition_id || '.'
       || left(encode(sha256(convert_to(edition.edition_id || '|' || subscriber.reader_key, 'UTF8')), 'hex'), 32)
       || '@' || %(domain)s || '>'
from edition
cross join digest_subscriber subscriber
join home on home.region is not distinct from subscriber.region
    and home.timezone is not distinct from subscriber.timezone
on conflict (reader_key, local_day) do nothing
