-- How many of some readers have another number of reads in their stored state than their reads say.
-- grain: one row
-- parameters: as_of, days (that count), every (of so many readers one is looked at)
-- idempotence: reads only
with state as (
    select distinct on (reader_key) reader_key, event_timestamp, n_reads
    from feast.reader_state
    where event_timestamp <= %(as_of)s and reader_key %% %(every)s = 0
    order by reader_key, event_timestamp desc
)
select count(*) as n, count(*) filter (where state.n_reads <> counted.n) as n_differ
from state
cross join lateral (
    select count(*) as n from read_event
    where read_event.reader_key = state.reader_key and suspicion is null
      and occurred_at > event_timestamp - make_interval(secs => %(days)s * 86400) and occurred_at <= event_timestamp
      and recorded_at <= event_timestamp
) counted
