-- Write new reader versions.
-- grain: reader_version [reader, recorded_at]
-- parameters: source, extract_id; idempotence: reader_outcome holds only what is not known yet
insert into reader_version (reader_key, recorded_at, signed_up_at, region, interests, timezone, source, extract_id,
    claimed_at, trial_started_at, subscribed_at, cancelled_at)
select reader_key, effective_at, signed_up_at, region, interests, timezone, %(source)s, %(extract_id)s, claimed_at,
       trial_started_at, subscribed_at, cancelled_at
from reader_outcome where is_new
order by effective_at, reader_key
