-- What becomes of each staged impression: loaded, unchanged, or unknown_article.
-- grain: impression_outcome [row read]
-- parameters: floor; idempotence: exactly once by (impression_id, article_id)
create temporary table impression_outcome on commit drop as
with known_article as materialized (
    select article_id from (select distinct article_id from stage_impression) s
    where exists (select 1 from article_version a where a.article_id = s.article_id)
), ordered as (
    select s.*, b.file, b.keyed,
           row_number() over (partition by impression_id, article_id order by claimed_at, file, row_no) as nth
    from stage_impression s join stage_block b using (block)
)
select o.*, greatest(o.claimed_at, %(floor)s::timestamptz + interval '1 microsecond') as effective_at,
       case when i.impression_id is not null then 'unchanged'
            when a.article_id is null then 'unknown_article'
            when nth > 1 then 'unchanged'
            else 'loaded' end as outcome
from ordered o
left join impression i on i.impression_id = o.impression_id and i.article_id = o.article_id
left join known_article a on a.article_id = o.article_id
