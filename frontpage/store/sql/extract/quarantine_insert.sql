-- Write rejected rows. The same row met again is the same quarantine row; another row at the same place, of this pull or
-- of one before, gets the hash of its payload behind its locator.
-- grain: quarantine [source, kind, locator]
-- parameters: source, extract_id, as_of; idempotence: on conflict nothing
insert into quarantine (source, kind, locator, payload, reason, detail, recorded_at, extract_id)
select %(source)s, s.kind,
       case when s.payload = coalesce(q.payload, first_value(s.payload) over at_place) then s.locator
            else s.locator || '~' || left(md5(s.payload), 8) end,
       s.payload, s.reason, s.detail, %(as_of)s, %(extract_id)s
from stage_quarantine s
left join quarantine q on q.source = %(source)s and q.kind = s.kind and q.locator = s.locator
window at_place as (partition by s.kind, s.locator order by s.block, s.row_no)
order by s.kind, s.locator, s.block, s.row_no
on conflict (source, kind, locator) do nothing
