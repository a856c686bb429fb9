-- Which of the new reads no person can have made, or would be one more vote of a person who has voted, judged by what
-- arrived before them. Acts of other kinds (likes, ...) are judged the same way, apart from reads.
-- grain: read_suspicion [event]
-- parameters: repeat_seconds, burst_reads, burst_seconds, steady_gaps, steady_seconds, daily_votes, daily_reads
-- idempotence: a read is judged by the reader's reads before it in order of arrival (recorded_at, occurred_at, event_id)
-- only, so the verdict does not depend on blocks or on where pulls were cut, and never changes later
create temporary table read_suspicion on commit drop as
with new as materialized (
    select event_id, reader_key, article_id, kind, occurred_at, effective_at as recorded_at
    from read_outcome where outcome = 'loaded'
), since as (
    select reader_key,
           least(min(occurred_at) - make_interval(secs => %(steady_seconds)s * (%(steady_gaps)s + 1)),
                 date_trunc('day', min(occurred_at))) as since
    from new group by reader_key
), sequence as (
    select event_id, reader_key, article_id, kind, occurred_at, recorded_at, true as is_new from new
    union all
    select e.event_id, e.reader_key, e.article_id, e.kind, e.occurred_at, e.recorded_at, false
    from since s join read_event e on e.reader_key = s.reader_key and e.occurred_at >= s.since
), gaps as (
    select *,
           extract(epoch from occurred_at - lag(occurred_at) over arrival)::float8 as gap_seconds,
           extract(epoch from occurred_at - lag(occurred_at, %(burst_reads)s - 1) over arrival)::float8 as burst_seconds,
           extract(epoch from occurred_at - lag(occurred_at) over same_article)::float8 as repeat_seconds,
           row_number() over same_day as nth_of_day,
           row_number() over whole_day as nth_read
    from sequence
    window arrival as (partition by reader_key, kind = 'read' order by recorded_at, occurred_at, event_id collate "C"),
           same_article as (partition by reader_key, article_id, kind
                            order by recorded_at, occurred_at, event_id collate "C"),
           same_day as (partition by reader_key, article_id, kind, date_trunc('day', occurred_at)
                        order by recorded_at, occurred_at, event_id collate "C"),
           whole_day as (partition by reader_key, kind = 'read', date_trunc('day', occurred_at)
                         order by recorded_at, occurred_at, event_id collate "C")
), runs as (
    select *,
           min(gap_seconds) over last_gaps as least_gap, max(gap_seconds) over last_gaps as largest_gap,
           count(gap_seconds) over last_gaps as n_gaps
    from gaps
    window last_gaps as (partition by reader_key, kind = 'read' order by recorded_at, occurred_at, event_id collate "C"
                         rows between %(steady_gaps)s - 1 preceding and current row)
), judged as (
    select event_id,
           case when repeat_seconds >= 0 and repeat_seconds < %(repeat_seconds)s then 'repeat'
                when burst_seconds >= 0 and burst_seconds < %(burst_seconds)s then 'burst'
                when n_gaps = %(steady_gaps)s and least_gap = largest_gap and least_gap > 0
                     and least_gap <= %(steady_seconds)s then 'steady'
                when nth_of_day > %(daily_votes)s then 'again'
                when nth_read > %(daily_reads)s then 'too_many'
           end as suspicion
    from runs
    where is_new
)
select event_id, suspicion from judged where suspicion is not null
