-- What a run's lists amount to: how complete, how varied, how far from the list being served.
-- grain: one row; a figure is null where there is too little to judge by
-- parameters: {table} the run's own table, {run_id}; session settings frontpage.as_of, frontpage.max_age_days,
--   frontpage.active_days (sign-ups), frontpage.history_days (reads); read-only
-- A list is full with ten rows, or with every live article that its reader has not read, hidden or muted where these are
-- fewer. Of a run for some readers only (a rollout's, a pilot's, an arm's) those are looked at who have a list; who lacks one is
-- counted by the rollout's guardrails.
with moment as (
    select current_setting('frontpage.as_of')::timestamptz as as_of,
           current_setting('frontpage.max_age_days')::float8 * interval '1 day' as max_age,
           current_setting('frontpage.active_days')::float8 * interval '1 day' as active,
           least(current_setting('frontpage.active_days')::float8, current_setting('frontpage.history_days')::float8)
               * interval '1 day' as read_lately
), version as materialized (
    select distinct on (article_id) article_id, publisher, category, coalesce(duplicate_of, article_id) as original,
           status = 'live' and duplicate_of is null and first_seen_at <= as_of
               and coalesce(published_at, first_seen_at) between as_of - max_age and as_of as is_live
    from article_version, moment
    where recorded_at <= as_of
    order by article_id, recorded_at desc
), live as materialized (
    select article_id, publisher, category from version where is_live
), n_live as (
    select count(*) as n from live
), active as materialized (
    select distinct reader_key from read_event, moment
    where recorded_at <= as_of and occurred_at between as_of - read_lately and as_of and suspicion is null
    union
    select reader_key
    from (
        select distinct on (reader_key) reader_key, signed_up_at
        from reader_version, moment where recorded_at <= as_of order by reader_key, recorded_at desc
    ) latest, moment
    where signed_up_at between as_of - active and as_of
), wish as materialized (
    select reader_key, kind, value from reader_preference, moment
    where recorded_at <= as_of and (ended_at is null or ended_at > as_of)
), unlisted as (
    select reader_key, original as article_id
    from read_event join version using (article_id), moment
    where read_event.recorded_at <= as_of and occurred_at <= as_of and original in (select article_id from live)
    union
    select reader_key, original from wish join version on article_id = value
    where kind = 'hidden_article' and original in (select article_id from live)
    union
    select reader_key, article_id from wish join live on publisher = value where kind = 'muted_publisher'
    union
    select reader_key, article_id from wish join live on category = value where kind = 'muted_category'
), not_for as (
    select reader_key, count(*) as n from unlisted group by reader_key
), lengths as (
    select reader_key, count(*) as n from {table} group by reader_key
), fullness as (
    select count(*) as n_active,
           avg((coalesce(lengths.n, 0) >= least(10, n_live.n - coalesce(not_for.n, 0)))::int) as full_share
    from active cross join n_live left join lengths using (reader_key) left join not_for using (reader_key)
    where lengths.n is not null
       or not (select details ?| array['rollout', 'pilot', 'experiments'] from rec_run where run_id = {run_id})
), sizes as (
    select count(*) as n_lists, coalesce(sum(n), 0) as n_rows from lengths
), fallbacks as (
    select count(*) filter (where scope = 'global') as n_global from fallback_list where run_id = {run_id}
), listed as materialized (
    select article_id, count(*) as n, count(*) filter (where rank = 1) as n_first from {table} group by article_id
), articles as (
    select count(*) as n_distinct, max(n_first)::float8 / sum(n_first) as top_share from listed
), publishers as (
    select max(places.share - coalesce(pool.share, 0)) as gain
    from (
        select publisher, sum(n)::float8 / sum(sum(n)) over () as share
        from listed join version using (article_id) group by publisher
    ) places
    left join (
        select publisher, count(*)::float8 / sum(count(*)) over () as share from live group by publisher
    ) pool on pool.publisher is not distinct from places.publisher
), served as (
    select served.run_id, served.as_of, extract(epoch from mine.as_of - served.as_of) / 3600 as hours_before
    from rec_run mine
    join published_run pointer using (variant)
    join rec_run served on served.run_id = pointer.run_id
    where mine.run_id = {run_id} and served.as_of < mine.as_of
), arrivals as (
    select count(*) as n from served, moment, article_version
    where article_version.recorded_at > served.as_of and article_version.recorded_at <= moment.as_of
      and article_version.first_seen_at > served.as_of
), overlap as (
    select (select hours_before from served) as hours_before, avg((theirs.article_id is not null)::int) as share
    from {table} mine
    left join recommendation theirs
        on theirs.run_id = (select run_id from served)
       and theirs.reader_key = mine.reader_key and theirs.article_id = mine.article_id
    where exists (select from served)
)
select sizes.n_lists, sizes.n_rows, fullness.n_active, n_live.n as n_live,
       fullness.full_share,
       least(10, n_live.n) - fallbacks.n_global as n_fallbacks_missing,
       case when sizes.n_lists >= 200 and n_live.n >= 100 then articles.n_distinct end as n_distinct,
       case when sizes.n_lists >= 200 and n_live.n >= 100 then articles.top_share end as top_first_share,
       case when sizes.n_lists >= 200 and n_live.n >= 100 then publishers.gain end as publisher_gain,
       case when overlap.hours_before <= 3 then overlap.share end as overlap,
       case when arrivals.n >= 10 then overlap.share end as unchanged_share
from sizes, fullness, n_live, fallbacks, articles, publishers, overlap, arrivals
