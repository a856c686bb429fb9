-- Rows that only the merge could reject go the way of the others. Their payload is whole, so that it can be staged again.
-- grain: row; parameters: none; idempotence: staged anew by each extract
insert into stage_quarantine (block, row_no, kind, locator, payload, reason, detail)
select o.block, o.row_no, 'reads', case when keyed then file || '#' || o.event_id else file || ':' || o.row_no end,
       (to_jsonb(s.*) - 'block' - 'row_no')::text, o.outcome,
       case o.outcome when 'unknown_article' then 'article ' || left(o.article_id, 80) || ' has not come yet'
                      else 'event ' || left(o.event_id, 80) || ' is known with other content' end
from read_outcome o
cross join lateral (
    select o.block, o.row_no, o.event_id, o.claimed_at, o.reader_id, o.reader_key, o.article_id, o.kind, o.occurred_at,
           o.dwell_seconds, o.surface, o.region, o.device, o.referrer
) s
where o.outcome in ('unknown_article', 'conflicting_event')
union all
select o.block, o.row_no, 'impressions',
       case when keyed then file || '#' || o.impression_id || '/' || o.article_id else file || ':' || o.row_no end,
       (to_jsonb(s.*) - 'block' - 'row_no')::text, o.outcome, 'article ' || left(o.article_id, 80) || ' has not come yet'
from impression_outcome o
cross join lateral (
    select o.block, o.row_no, o.impression_id, o.claimed_at, o.reader_id, o.reader_key, o.article_id, o.position,
           o.clicked, o.occurred_at, o.run_id, o.surface
) s
where o.outcome = 'unknown_article'
