-- Runs of workflows in the last day by state; in Airflow's own database.
-- grain: workflow, state
-- parameters: now
-- idempotence: reads only
select dag_id as dag, state, count(*) as n
from dag_run
where coalesce(start_date, queued_at) > %(now)s - interval '1 day'
group by dag_id, state
order by dag_id, state
