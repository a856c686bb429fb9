-- Reading of the pilot's readers in the last day, by arm.
-- grain: arm
-- parameters: now
-- idempotence: reads only
select arm, count(distinct pilot_reader.reader_key) as n_readers,
       (coalesce(sum(dwell_seconds), 0) / nullif(count(distinct pilot_reader.reader_key), 0))::float8 as seconds
from pilot
join pilot_reader using (pilot_id)
left join read_event
  on read_event.reader_key = pilot_reader.reader_key
 and occurred_at > %(now)s - interval '1 day' and occurred_at <= %(now)s
where pilot.ended_at is null
group by arm
order by arm
