-- Every row of a run's lists and fallback lists, with what is known of its article and its reader at as_of.
-- grain: scope, owner, rank
-- A fallback list is completed from the most read overall, so its scores fall within each candidate source.
-- parameters: {table} the run's own table, {run_id}; session settings frontpage.as_of, frontpage.max_age_days; read-only
with moment as (
    select current_setting('frontpage.as_of')::timestamptz as as_of,
           current_setting('frontpage.max_age_days')::float8 * interval '1 day' as max_age
), listed as materialized (
    select 'reader' as scope, reader_key::text as owner, reader_key, rank, article_id, score, reasons,
           null as block
    from {table}
    union all
    select scope, scope_value, null, rank, article_id, score, reasons, candidate_source
    from fallback_list where run_id = {run_id}
), version as materialized (
    select distinct on (article_id) article_id, status, duplicate_of, first_seen_at,
           coalesce(published_at, first_seen_at) as published_at
    from article_version
    where recorded_at <= (select as_of from moment)
      and article_id in (select article_id from listed)
    order by article_id, recorded_at desc
), unwanted as (
    -- one pass over the reads: asking per row costs a visit to every read of every reader
    select distinct reader_key, article_id
    from read_event
    where article_id in (select article_id from listed)
      and recorded_at <= (select as_of from moment)
      and occurred_at <= (select as_of from moment)
    union
    select reader_key, value from reader_preference, moment
    where kind = 'hidden_article' and recorded_at <= as_of and (ended_at is null or ended_at > as_of)
)
select listed.scope, listed.owner, listed.rank, listed.article_id, listed.score,
       row_number() over list as rank_expected,
       count(*) over (partition by listed.scope, listed.owner, listed.article_id) as n_times,
       listed.score <= coalesce(lag(listed.score) over block, listed.score) as is_in_order,
       listed.score not in ('NaN', 'Infinity', '-Infinity') as score_is_finite,
       listed.reasons @? '$[0]' and not listed.reasons @? '$[*] ? (!exists(@.text) || @.text == "")' as has_reasons,
       listed.reader_key is null or exists (
           select from reader where reader.reader_key = listed.reader_key
       ) as reader_is_known,
       version.article_id is not null as article_is_known,
       version.status = 'live' as is_live,
       version.duplicate_of is null as is_original,
       version.published_at <= (select as_of from moment)
           and version.first_seen_at <= (select as_of from moment) as is_out,
       version.published_at >= (select as_of from moment)
           - (select max_age from moment) as is_young,
       unwanted.article_id is null as is_unread
from listed
left join version using (article_id)
left join unwanted on unwanted.reader_key = listed.reader_key and unwanted.article_id = listed.article_id
window list as (partition by listed.scope, listed.owner order by listed.rank),
       block as (partition by listed.scope, listed.owner, listed.block order by listed.rank)
