-- Deliveries of the last day by state, and how long the oldest edition that is being sent has been at it.
-- grain: state
-- parameters: now
-- idempotence: reads only
with recent as (
    select * from digest_edition where created_at > %(now)s - interval '1 day' and created_at <= %(now)s
)
select delivery.state, count(*) as n
from recent
join digest_delivery delivery using (edition_id)
group by delivery.state
order by delivery.state
