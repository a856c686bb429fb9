-- The business figures of days.
-- grain: day, region, segment, variant; parameters: since, most; read-only
select * from business_day where day >= %(since)s::timestamptz::date order by day, region, segment, variant limit %(most)s
