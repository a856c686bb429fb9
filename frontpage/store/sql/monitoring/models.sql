-- Versions by stage, the newest of each, and its quality on held-out reads.
-- grain: stage
-- parameters: now
-- idempotence: reads only
select stage, count(*) as n, extract(epoch from max(as_of))::float8 as newest_at,
       (array_agg((metrics ->> 'ndcg@10')::float8 order by as_of desc))[1] as ndcg
from model_version
where as_of <= %(now)s
group by stage
order by stage
