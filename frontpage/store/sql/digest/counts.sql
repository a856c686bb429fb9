-- Deliveries of editions by state.
-- grain: state
-- parameters: edition_ids; read-only
select state, count(*) as n
from digest_delivery
where edition_id = any(%(edition_ids)s)
group by state
order by state
