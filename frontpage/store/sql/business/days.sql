-- Figures of days.
-- grain: day, region, segment, variant
-- parameters: since, until (days, included)
-- idempotence: reads only
select * from business_day where day >= %(since)s and day <= %(until)s order by day, region, segment, variant
