-- Readers whose trial, subscription or its end began on each day, by what was known at a moment.
-- grain: day (UTC), what
-- parameters: since, until (days, included), known (nothing recorded later counts)
-- idempotence: reads only
with newest as (
    select distinct on (reader_key) trial_started_at, subscribed_at, cancelled_at
    from reader_version where recorded_at <= %(known)s order by reader_key, recorded_at desc
)
select at::date as day, what, count(*) as n
from newest
cross join lateral (values
    ('trials begun', trial_started_at), ('trials that became paid', subscribed_at), ('cancelled', cancelled_at)
) as said (what, at)
where at::date >= %(since)s and at::date <= %(until)s
group by 1, 2 order by 1, 2
