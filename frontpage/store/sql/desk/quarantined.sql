-- Rows in quarantine, newest first, with what is wrong.
-- grain: row; parameters: reason and kind (null: all), before (an id; null: from the newest), most; read-only
select quarantine_id, source, kind, locator, payload, reason, detail, recorded_at, extract_id
from quarantine
where released_at is null and (%(reason)s::text is null or reason = %(reason)s)
  and (%(kind)s::text is null or kind = %(kind)s) and (%(before)s::bigint is null or quarantine_id < %(before)s)
order by quarantine_id desc
limit %(most)s
