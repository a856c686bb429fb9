-- Write the newest contact of each reader that gave one; an opt-in without address takes a known address away.
-- grain: reader_contact [reader]
-- parameters: floor; idempotence: an older or equal claim changes nothing
insert into reader_contact (reader_key, email, digest_opt_in, recorded_at, claimed_at)
select distinct on (reader_key) reader_key, email, coalesce(digest_opt_in, false),
       greatest(claimed_at, %(floor)s::timestamptz + interval '1 microsecond'), claimed_at
from reader_outcome
where is_new_contact
order by reader_key, claimed_at desc, file desc, row_no desc
on conflict (reader_key) do update
    set email = excluded.email, digest_opt_in = excluded.digest_opt_in, recorded_at = excluded.recorded_at,
        claimed_at = excluded.claimed_at
    where coalesce(reader_contact.claimed_at, reader_contact.recorded_at) < excluded.claimed_at
