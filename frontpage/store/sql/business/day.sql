-- What a day brought: reading time, reads, visits, reads of what was recommended, readers who came back.
-- grain: day (UTC), region, segment (reads in the 30 days before), variant (the last that was served that day)
-- parameters: day, next_day, known (nothing recorded later counts)
-- idempotence: a day that is there already is counted anew
-- A visit is every read; the second one of an article by the same reader teaches nothing, and is no other read.
with visit as materialized (
    select reader_key, article_id, occurred_at, coalesce(dwell_seconds, 0) as seconds
    from read_event
    where occurred_at >= %(day)s and occurred_at < %(next_day)s and recorded_at <= %(known)s and kind = 'read'
      and suspicion is null
), served as materialized (
    select distinct on (reader_key) reader_key, variant, run_id
    from served_list
    where served_at >= %(day)s and served_at < %(next_day)s
    order by reader_key, served_at desc
), listed as materialized (
    select distinct served_list.reader_key, article_id
    from (select distinct reader_key, run_id from served_list
          where served_at >= %(day)s and served_at < %(next_day)s) served_list
    join recommendation using (run_id, reader_key)
), before as materialized (
    select reader_key, count(*) as n, max(occurred_at) as last_at
    from read_event
    where occurred_at >= %(day)s - interval '30 days' and occurred_at < %(day)s and recorded_at <= %(known)s
      and suspicion is null
    group by reader_key
), known as materialized (
    select distinct on (reader_key) reader_key, region, signed_up_at
    from reader_version where recorded_at <= %(known)s order by reader_key, recorded_at desc
), by_reader as materialized (
    select visit.reader_key, sum(seconds) as seconds, count(*) as visits, count(distinct visit.article_id) as reads,
           count(distinct listed.article_id) as recommended
    from visit
    left join listed on listed.reader_key = visit.reader_key and listed.article_id = visit.article_id
    group by visit.reader_key
)
insert into business_day (
    day, region, segment, variant, readers, reading_seconds, reads, visits, recommended_reads, returning_readers,
    new_readers
)
select %(day)s::timestamptz::date, coalesce(known.region, ''),
       case when before.n is null then 'no reads before' when before.n < 10 then 'few reads' else 'many reads' end,
       coalesce(served.variant, 'none'), count(*), sum(seconds), sum(reads), sum(visits), sum(recommended),
       count(*) filter (where before.last_at >= %(day)s - interval '7 days'),
       count(*) filter (where known.signed_up_at >= %(day)s)
from by_reader
left join known using (reader_key)
left join before using (reader_key)
left join served using (reader_key)
group by 1, 2, 3, 4
on conflict (day, region, segment, variant) do update set
    readers = excluded.readers, reading_seconds = excluded.reading_seconds, reads = excluded.reads,
    visits = excluded.visits, recommended_reads = excluded.recommended_reads,
    returning_readers = excluded.returning_readers, new_readers = excluded.new_readers
