-- Rows that only the merge could reject go the way of the others. Their payload is what was
-- staged of them, all of it, so that it can be staged again.
-- grain: row; parameters: none; idempotence: staged anew by each extract
insert into stage_quarantine (block, row_no, kind, locator, payload, reason, detail)
select o.block, o.row_no, 'reads', case when keyed then file || '#' || o.event_id else file || ':' || o.row_no end,
       (to_jsonb(o.*) - array['block', 'row_no', 'file', 'keyed', 'nth', 'first_digest', 'effective_at', 'outcome'])::text,
       o.outcome,
       case o.outcome when 'unknown_article' then 'article ' || left(o.article_id, 80) || ' has not come yet'
                      else 'event ' || left(o.event_id, 80) || ' is known with other content' end
from read_outcome o
where o.outcome in ('unknown_article', 'conflicting_event')
union all
select o.block, o.row_no, 'impressions',
       case when keyed then file || '#' || o.impression_id || '/' || o.article_id else file || ':' || o.row_no end,
       (to_jsonb(o.*) - array['block', 'row_no', 'file', 'keyed', 'nth', 'effective_at', 'outcome'])::text,
       o.outcome, 'article ' || left(o.article_id, 80) || ' has not come yet'
from impression_outcome o
where o.outcome = 'unknown_article'
