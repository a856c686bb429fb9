-- What the work of this month cost so far, and of the newest day.
-- grain: one row
-- parameters: now
-- idempotence: reads only
select coalesce(sum(cost), 0)::float8 as month,
       (array_agg(cost order by day desc))[1] as day,
       (avg(cost) * extract(day from date_trunc('month', %(now)s) + interval '1 month - 1 day'))::float8 as expected
from business_cost
where day >= date_trunc('month', %(now)s)::date and day <= %(now)s::date
