-- A reader with a list of their own in the served run: the one with most honest reads in the week before it.
-- grain: one reader; ties by reader_key
-- parameters: none; read-only
select reader.reader_id, coalesce(run.details ->> 'maker', '') = '' as is_by_rule
from published_run
join rec_run run using (run_id)
join recommendation list on list.run_id = run.run_id and list.rank = 1
join reader using (reader_key)
left join read_event event
       on event.reader_key = reader.reader_key
      and event.suspicion is null
      and event.occurred_at between run.as_of - interval '7 days' and run.as_of
where published_run.variant = 'champion'
group by reader.reader_key, reader.reader_id, run.run_id
order by count(event.event_id) desc, reader.reader_key
limit 1
