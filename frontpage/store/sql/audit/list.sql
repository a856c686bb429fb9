-- Entries, newest first.
-- grain: entry; parameters: action, subject (each nullable; patterns of LIKE), most rows; read-only
select entry_id, recorded_at, action, subject, actor, reason, before, after, encode(hash, 'hex') as hash
from audit_entry
where action like coalesce(%(action)s, '%%') and subject like coalesce(%(subject)s, '%%')
order by entry_id desc
limit %(most)s
