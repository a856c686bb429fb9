-- One reader, as known now.
-- grain: reader; parameters: reader_id; read-only
select reader.reader_key, reader.reader_id, reader.recorded_at as known_since, version.signed_up_at, version.region,
       version.interests, version.timezone, version.trial_started_at, version.subscribed_at, version.cancelled_at,
       contact.email is not null as has_address, contact.digest_opt_in,
       (select count(*) from read_event event where event.reader_key = reader.reader_key and event.kind = 'read') as n_reads,
       (select count(*) from served_list served where served.reader_key = reader.reader_key
          and served.served_at > %(now)s::timestamptz - interval '1 day') as n_served
from reader
left join lateral (
    select * from reader_version version where version.reader_key = reader.reader_key order by recorded_at desc limit 1
) version on true
left join reader_contact contact on contact.reader_key = reader.reader_key
where reader.reader_id = %(reader_id)s
