-- Editions opened by as_of and not longer ago than they may be, and whether somebody has stopped them.
-- grain: edition, in the order in which they were due
-- parameters: as_of, since (opened after this); read-only
select edition_id, region, local_day, due_at, as_of, run_id, state, created_at as opened_at,
       exists (
           select from digest_stop stop where stop.edition_id in (edition.edition_id, 'all')
       ) as is_stopped
from digest_edition edition
where as_of <= %(as_of)s and as_of > %(since)s
order by due_at, edition_id
