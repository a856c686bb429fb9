-- The list of a reader without one of their own: of their region, or everybody's, as the served run has it.
-- grain: rank; parameters: region (null: everybody's); read-only
select list.scope, list.scope_value, list.rank, list.article_id, list.score, list.candidate_source, list.reasons,
       article.title, article.url, article.publisher, article.category, article.published_at as article_published_at
from fallback_list list
left join lateral (
    select * from article_version version where version.article_id = list.article_id order by recorded_at desc limit 1
) article on true
where list.run_id = (select run_id from published_run where variant = 'champion')
  and (list.scope, list.scope_value) = (
      select scope, scope_value from fallback_list own
      where own.run_id = (select run_id from published_run where variant = 'champion')
        and (own.scope = 'global' or own.scope = 'region' and own.scope_value = %(region)s)
      order by own.scope = 'global' limit 1
  )
order by list.rank
