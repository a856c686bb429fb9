-- Note a bounce or complaint, and suppress the address where it is final or one too many within 30 days.
-- grain: report
-- parameters: fingerprint, kind (bounce | complaint), edition_id, reader_key, is_final, detail, soft_bounces (so many
-- editions with a bounce suppress). Needs the delivery's address_hash; without one only the report is kept.
-- idempotence: fingerprint; a report met again changes nothing. Gives one row where it is new.
with noted as (
    insert into digest_report (fingerprint, kind, edition_id, reader_key, is_final, detail)
    values (%(fingerprint)s, %(kind)s, %(edition_id)s, %(reader_key)s, %(is_final)s, %(detail)s)
    on conflict (fingerprint) do nothing
    returning edition_id, reader_key, kind, is_final, detail
), weighed as (
    select noted.*, noted.is_final or (
        select count(distinct edition_id) from (
            select edition_id from digest_report earlier
            where earlier.reader_key = noted.reader_key and earlier.recorded_at > clock_timestamp() - interval '30 days'
            union select noted.edition_id
        ) bounced
    ) >= %(soft_bounces)s as is_enough
    from noted
), suppressed as (
    insert into digest_suppression (address_hash, reason, detail)
    select delivery.address_hash, weighed.kind, weighed.detail
    from weighed
    join digest_delivery delivery using (edition_id, reader_key)
    where weighed.is_enough and delivery.address_hash is not null
    on conflict (address_hash) do nothing
), withdrawn as (
    insert into digest_consent (reader_key, wants, how, source, happened_at)
    select reader_key, false, 'complaint', edition_id, clock_timestamp() from weighed where kind = 'complaint'
)
select is_enough from weighed
