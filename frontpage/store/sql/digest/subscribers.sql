-- Who is to get digests, as known at as_of: has an address, and the newest change of mind is a yes.
-- grain: digest_subscriber [reader], a temporary table of this transaction; region and timezone null where not known
-- parameters: as_of; idempotence: once per transaction
create temporary table digest_subscriber on commit drop as
select contact.reader_key, known.region, known.timezone
from reader_contact contact
cross join lateral (
    select wants from digest_consent change
    where change.reader_key = contact.reader_key and change.recorded_at <= %(as_of)s
    order by change.happened_at desc, change.consent_id desc limit 1
) consent
left join lateral (
    select region, timezone from reader_version version
    where version.reader_key = contact.reader_key and version.recorded_at <= %(as_of)s
    order by version.recorded_at desc limit 1
) known on true
where contact.email is not null
  and contact.recorded_at <= %(as_of)s
  and consent.wants
