-- Reading time of each arm of a pilot, day by day.
-- grain: arm, day; days without a read of the arm are left out
-- parameters: pilot_id, since, until; read-only
with chosen as (
    select reader_key, arm, count(*) over (partition by arm) as n from pilot_reader where pilot_id = %(pilot_id)s
)
select chosen.arm, date_trunc('day', event.occurred_at) as day,
       (sum(coalesce(event.dwell_seconds, 0)) / max(chosen.n))::float8 as seconds_per_reader
from chosen join read_event event using (reader_key)
where event.kind = 'read' and event.suspicion is null and event.occurred_at > %(since)s
  and event.occurred_at <= %(until)s and event.recorded_at <= %(until)s
group by chosen.arm, day
order by day, chosen.arm
