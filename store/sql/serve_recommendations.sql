-- A reader's list from the published run, or the fallback that stands in for it.
-- grain: rank; one row with a null article_id where the run has nothing to show; no row before the first publish
-- parameters: $1 reader_key, $2 limit, $3 variant; read-only (asyncpg, numbered)
-- One statement is one snapshot, so the pointer and the rows always belong to the same run. Titles are the latest known;
-- a retracted article is left out at once, and so is what the reader has hidden; what they muted is left out of fallbacks,
-- while their own list is without it from the next refresh on. The parts below `own` are not evaluated for a reader who has a list.
-- is_half_seen: the plan was made just before a new run's partition came and the snapshot just after: ask again.
with asked as materialized (
    select kind, value from reader_preference where reader_key = $1 and ended_at is null
), current as materialized (
    select run.run_id, run.variant, run.model_version, run.n_rows, coalesce(run.built_at, run.created_at) as generated_at
    from published_run pointer
    join rec_run run using (run_id)
    where pointer.variant = $3
), own as materialized (
    select list.rank, list.article_id, list.score, list.reasons,
           article.title, article.url, article.publisher, article.category, article.published_at
    from recommendation list
    cross join lateral (
        select version.title, version.url, version.publisher, version.category, version.published_at, version.status
        from article_version version
        where version.article_id = list.article_id
        order by version.recorded_at desc limit 1
    ) article
    where list.run_id = (select run_id from current) and list.reader_key = $1 and article.status = 'live'
      and list.article_id not in (select value from asked where kind = 'hidden_article')
    order by list.rank
    limit $2
), who as materialized (
    select version.interests,
           coalesce(version.region, (
               select event.region from read_event event
               where event.reader_key = $1 and event.region is not null
               order by event.occurred_at desc limit 1
           )) as region
    from reader
    left join lateral (
        select region, interests from reader_version
        where reader_version.reader_key = reader.reader_key
        order by recorded_at desc limit 1
    ) version on true
    where reader.reader_key = $1 and not exists (select from own)
), wish as (
    select fallback.*,
           case when fallback.scope = 'region' and fallback.scope_value = who.region then 0
                when fallback.scope = 'category' and fallback.scope_value = any(who.interests)
                then array_position(who.interests, fallback.scope_value)
                when fallback.scope = 'global' then 1000
                else 2000 end as preference
    from fallback_list fallback
    left join who on true
    where fallback.run_id = (select run_id from current) and not exists (select from own)
), unread as (
    select distinct on (wish.article_id) wish.*
    from wish
    where not exists (select from read_event event where event.reader_key = $1 and event.article_id = wish.article_id)
    order by wish.article_id, wish.preference, wish.scope, wish.scope_value, wish.rank
), fallback as (
    select wish.scope, wish.article_id, wish.score, wish.reasons,
           article.title, article.url, article.publisher, article.category, article.published_at,
           row_number() over (order by wish.preference, wish.scope, wish.scope_value, wish.rank) as rank
    from unread wish
    cross join lateral (
        select version.title, version.url, version.publisher, version.category, version.published_at, version.status
        from article_version version
        where version.article_id = wish.article_id
        order by version.recorded_at desc limit 1
    ) article
    where article.status = 'live'
      and not exists (
          select from asked
          where (asked.kind, asked.value) in (
              ('hidden_article', wish.article_id), ('muted_publisher', article.publisher),
              ('muted_category', article.category)
          )
      )
), item as (
    select null as fallback, rank, article_id, score, reasons, title, url, publisher, category, published_at
    from own
    union all
    select first_value(scope) over (order by rank), rank, article_id, score, reasons,
           title, url, publisher, category, published_at
    from fallback where rank <= $2
)
select current.run_id, current.variant, current.model_version, current.generated_at,
       coalesce(current.n_rows, 0) > 0
       and not exists (select from own)
       and not exists (select from recommendation where run_id = (select run_id from current)) as is_half_seen,
       item.*
from current
left join item on true
order by item.rank
