-- When each part of Airflow last gave a sign of life; in Airflow's own database.
-- grain: job type
-- parameters: now
-- idempotence: reads only
select job_type as job, extract(epoch from max(latest_heartbeat))::float8 as heartbeat_at
from job
where job_type in ('SchedulerJob', 'TriggererJob', 'DagProcessorJob')
  and latest_heartbeat > %(now)s - interval '7 days'
group by job_type
order by job_type
