-- Costs of days.
-- grain: day
-- parameters: since, until (days, included)
-- idempotence: reads only
select * from business_cost where day >= %(since)s and day <= %(until)s order by day
