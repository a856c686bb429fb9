-- What a run holds for readers: their own list unless they want none, else their region's, else everybody's; live articles that they have not
-- read by as_of and that no mail of theirs held in the month before local_day.
-- grain: reader, rank
-- parameters: run_id, reader_keys (bigint array), as_of, local_day; read-only
with asked as (
    select unnest(%(reader_keys)s::bigint[]) as reader_key
), own as (
    select list.reader_key, list.rank, list.article_id, list.reasons
    from recommendation list
    where list.run_id = %(run_id)s and list.reader_key = any(%(reader_keys)s::bigint[])
      and not exists (
          select from reader_preference wish
          where wish.reader_key = list.reader_key and wish.kind = 'personalised' and wish.ended_at is null
      )
), lonely as (
    select asked.reader_key, scope.scope, scope.scope_value
    from asked
    left join lateral (
        select region from reader_version version
        where version.reader_key = asked.reader_key and version.recorded_at <= %(as_of)s
        order by version.recorded_at desc limit 1
    ) known on true
    cross join lateral (
        select scope, scope_value from fallback_list fallback
        where fallback.run_id = %(run_id)s
          and (fallback.scope = 'global' or (fallback.scope = 'region' and fallback.scope_value = known.region))
        order by fallback.scope = 'region' desc limit 1
    ) scope
    where not exists (select from own where own.reader_key = asked.reader_key)
), listed as (
    select * from own
    union all
    select lonely.reader_key, fallback.rank, fallback.article_id, fallback.reasons
    from lonely
    join fallback_list fallback using (scope, scope_value)
    where fallback.run_id = %(run_id)s
)
select listed.reader_key, listed.article_id, article.title, article.summary, article.url, article.publisher, article.category,
       article.language, article.published_at, listed.reasons
from listed
cross join lateral (
    select * from article_version version
    where version.article_id = listed.article_id
    order by version.recorded_at desc limit 1
) article
where article.status = 'live' and not is_flagged(listed.article_id)
  and not exists (
      select from read_event event
      where event.reader_key = listed.reader_key and event.article_id = listed.article_id
        and event.recorded_at <= %(as_of)s
  )
  and not exists (
      select from digest_delivery earlier
      where earlier.reader_key = listed.reader_key
        and earlier.local_day between %(local_day)s::date - 30 and %(local_day)s::date - 1
        and earlier.state in ('sending', 'sent')
        and listed.article_id = any(earlier.article_ids)
  )
order by listed.reader_key, listed.rank
