-- Reads that no extract could use, as they came, for some reasons.
-- grain: rejected row; newest first
-- parameters: as_of, since, reasons, most; read-only
select locator, payload, recorded_at
from quarantine
where kind = 'reads' and reason = any (%(reasons)s) and recorded_at > %(since)s and recorded_at <= %(as_of)s
      and (released_at is null or released_at > %(as_of)s)
order by recorded_at desc, quarantine_id desc
limit %(most)s
