-- Locks of steps whose session has done nothing for long: their process hangs, or its machine is gone.
-- grain: lock; parameters: idle (interval); read-only
select activity.pid, activity.application_name as application, clock_timestamp() - activity.state_change as idle
from pg_locks held
join pg_stat_activity activity using (pid)
where held.locktype = 'advisory' and held.granted and activity.datname = current_database()
      and activity.state like 'idle%%' and activity.state_change < clock_timestamp() - %(idle)s::interval
order by activity.state_change
