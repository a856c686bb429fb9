-- What becomes of each staged read: loaded, unchanged (a repeat of the same event), or why it cannot be used.
-- grain: read_outcome [row read]
-- parameters: floor; idempotence: exactly once by event_id; within a pull the first by (claimed_at, file, row_no) counts
create temporary table read_outcome on commit drop as
with known_article as materialized (
    select article_id from (select distinct article_id from stage_read) s
    where exists (select 1 from article_version a where a.article_id = s.article_id)
), ordered as (
    select s.*, b.file, b.keyed,
           row_number() over in_order as nth,
           first_value(md5(row(s.reader_key, s.article_id, s.kind, s.occurred_at)::text)) over in_order as first_digest
    from stage_read s join stage_block b using (block)
    window in_order as (partition by event_id order by claimed_at, file, row_no)
)
select o.*,
       greatest(o.claimed_at, %(floor)s::timestamptz + interval '1 microsecond') as effective_at,
       case
           when e.event_id is not null and (e.reader_key, e.article_id, e.kind, e.occurred_at)
                                           is distinct from (o.reader_key, o.article_id, o.kind, o.occurred_at)
               or e.event_id is null and nth > 1
                  and first_digest <> md5(row(o.reader_key, o.article_id, o.kind, o.occurred_at)::text)
               then 'conflicting_event'
           when e.event_id is not null then 'unchanged'
           when a.article_id is null then 'unknown_article'
           when nth > 1 then 'unchanged'
           else 'loaded'
       end as outcome
from ordered o
left join read_event e on e.event_id = o.event_id
left join known_article a on a.article_id = o.article_id
