-- Tasks by state: those that wait or run, and those that ended in the last hour; in Airflow's own database.
-- grain: state
-- parameters: now
-- idempotence: reads only
select coalesce(state, 'none') as state, count(*) as n
from task_instance
where state in ('queued', 'scheduled', 'running', 'up_for_retry', 'deferred') or end_date > %(now)s - interval '1 hour'
group by 1
order by 1
