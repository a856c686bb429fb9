-- Open an edition and fill its outbox: every reader who had opted in by as_of.
-- grain: delivery
-- parameters: edition_id, as_of, run_id, domain (of the Message-IDs)
-- idempotence: edition_id; an edition that is there already is left alone. The Message-ID depends on edition and reader
-- only, so a mail that is sent a second time can be recognised.
with edition as (
    insert into digest_edition (edition_id, as_of, run_id)
    select %(edition_id)s, %(as_of)s, %(run_id)s
    where exists (
        select from reader_contact where digest_opt_in and email is not null and recorded_at <= %(as_of)s
    )
    on conflict (edition_id) do nothing
    returning edition_id
)
insert into digest_delivery (edition_id, reader_key, message_id)
select edition.edition_id, contact.reader_key,
       '<' || edition.edition_id || '.'
       || left(encode(sha256(convert_to(edition.edition_id || '|' || contact.reader_key, 'UTF8')), 'hex'), 32)
       || '@' || %(domain)s || '>'
from edition
join reader_contact contact on contact.digest_opt_in and contact.email is not null and contact.recorded_at <= %(as_of)s
