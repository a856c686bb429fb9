-- What readers were served by a canary's arm or the champion's, and what they read afterwards.
-- grain: reader who was served in the period
-- parameters: since, until; read-only
-- A list that the caller had already counts: it was looked at. Honest reads only, from the reader's first list on, as far
-- as they were known by `until`. Mails and today's product are other variants and do not count.
with served as (
    select reader_key, count(*) as n_lists, count(*) filter (where fallback is not null) as n_fallbacks,
           min(served_at) as first_at
    from served_list
    where served_at > %(since)s and served_at <= %(until)s and variant in ('champion', 'canary')
    group by reader_key
)
select served.reader_key, served.n_lists::float8 as n_lists, served.n_fallbacks::float8 as n_fallbacks,
       count(event.event_id)::float8 as n_reads, coalesce(sum(event.dwell_seconds), 0)::float8 as seconds
from served
left join read_event event
    on event.reader_key = served.reader_key and event.kind = 'read' and event.suspicion is null
   and event.occurred_at >= served.first_at and event.occurred_at <= %(until)s and event.recorded_at <= %(until)s
group by served.reader_key, served.n_lists, served.n_fallbacks
order by served.reader_key
