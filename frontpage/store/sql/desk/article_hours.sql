-- Reads of an article by hour.
-- grain: hour; parameters: article_id; read-only
select date_trunc('hour', occurred_at) as hour, count(*) as n, sum(dwell_seconds) as seconds
from read_event
where article_id = %(article_id)s and kind = 'read' and suspicion is null
group by 1
order by 1
