-- Every row of a run's lists and fallback lists, with what is known of its article and its reader at as_of.
-- grain: scope, owner, rank
-- A fallback list is completed from the most read overall, so its scores fall within each candidate source.
-- parameters: {table} the run's own table, {run_id}; {moved} (JSON array in hexadecimal: what editorial rules
-- pin, raise or lower, against the order of scores); session settings frontpage.as_of, frontpage.max_age_days; read-only
-- There are millions of rows, so readers' lists are read in the order of their index, never sorted as a whole, and what
-- is wrong with few of them (read already, listed twice) is looked for first and joined.
with moment as (
    select current_setting('frontpage.as_of')::timestamptz as as_of,
           current_setting('frontpage.max_age_days')::float8 * interval '1 day' as max_age
), moved as materialized (
    select jsonb_array_elements_text(convert_from(decode({moved}, 'hex'), 'UTF8')::jsonb) as article_id
), named as materialized (
    select article_id from {table}
    union
    select article_id from fallback_list where run_id = {run_id}
), version as materialized (
    select distinct on (article_id) article_id, status, duplicate_of, first_seen_at,
           coalesce(published_at, first_seen_at) as published_at
    from article_version
    where recorded_at <= (select as_of from moment)
      and article_id in (select article_id from named)
    order by article_id, recorded_at desc
), unwanted as materialized (
    select distinct list.reader_key, list.article_id
    from {table} list
    join read_event using (reader_key, article_id)
    where recorded_at <= (select as_of from moment)
      and occurred_at <= (select as_of from moment)
    union
    select reader_key, value from reader_preference, moment
    where kind = 'hidden_article' and recorded_at <= as_of and (ended_at is null or ended_at > as_of)
), own as (
    select list.reader_key, list.rank, list.article_id, list.score, list.reasons,
           row_number() over (partition by list.reader_key order by list.rank) as rank_expected,
           count(*) over (partition by list.reader_key, list.article_id) as n_times,
           lag(list.score) over (
               partition by list.reader_key, list.article_id = any(array(select article_id from moved)) order by list.rank
           ) as score_above,
           unwanted.article_id is null as is_unread
    from {table} list
    left join unwanted on unwanted.reader_key = list.reader_key and unwanted.article_id = list.article_id
    where list.run_id = {run_id}
), listed as (
    select 'reader' as scope, own.reader_key::text as owner, own.rank, own.article_id, own.score, own.reasons,
           rank_expected, n_times, score_above, is_unread, reader.reader_key is not null as reader_is_known
    from own
    left join reader using (reader_key)
    union all
    select scope, scope_value, rank, article_id, score, reasons,
           row_number() over (partition by scope, scope_value order by rank),
           count(*) over (partition by scope, scope_value, article_id),
           lag(score) over (
               partition by scope, scope_value, candidate_source, article_id = any(array(select article_id from moved))
               order by rank
           ), true, true
    from fallback_list where run_id = {run_id}
)
select listed.scope, listed.owner, listed.rank, listed.article_id, listed.score,
       listed.rank_expected, listed.n_times,
       listed.score <= coalesce(listed.score_above, listed.score)
           or listed.article_id = any(array(select article_id from moved)) as is_in_order,
       listed.score not in ('NaN', 'Infinity', '-Infinity') as score_is_finite,
       listed.reasons -> 0 is not null
           and not listed.reasons @? '$[*] ? (!exists(@.code) || @.code == "")' as has_reasons,
       listed.reader_is_known,
       version.article_id is not null as article_is_known,
       version.status = 'live' as is_live,
       version.duplicate_of is null as is_original,
       version.published_at <= (select as_of from moment)
           and version.first_seen_at <= (select as_of from moment) as is_out,
       version.published_at >= (select as_of from moment)
           - (select max_age from moment) as is_young,
       listed.is_unread
from listed
left join version using (article_id)
