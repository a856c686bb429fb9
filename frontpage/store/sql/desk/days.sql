-- Figures of the last days, over all regions, segments and variants.
-- grain: day; parameters: now; read-only
select day, sum(readers)::bigint as readers, sum(reading_seconds) as reading_seconds, sum(reads)::bigint as reads,
       sum(recommended_reads)::bigint as recommended_reads, sum(returning_readers)::bigint as returning_readers,
       (select cost from business_cost cost where cost.day = business_day.day) as cost
from business_day
where day > %(now)s::timestamptz::date - 28
group by day
order by day
