-- Editions under way, the oldest of them, and addresses that were suppressed in the last day.
-- grain: one row
-- parameters: now
-- idempotence: reads only
select count(*) filter (where state = 'sending') as n_sending,
       coalesce(extract(epoch from %(now)s - min(created_at) filter (where state = 'sending')), 0)::float8
           as oldest_seconds,
       extract(epoch from max(ended_at) filter (where state = 'sent'))::float8 as sent_at,
       (select count(*) from digest_report where recorded_at > %(now)s - interval '1 day') as n_bounced_day
from digest_edition
where created_at > %(now)s - interval '3 days' and created_at <= %(now)s
