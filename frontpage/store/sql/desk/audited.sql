-- Entries of the audit log, newest first.
-- grain: entry; parameters: action, subject, actor (beginnings; empty: all), before (an id; null: newest), most; read-only
select entry_id, recorded_at, action, subject, actor, reason, before, after, encode(hash, 'hex') as hash
from audit_entry
where action like %(action)s || '%%' and subject like %(subject)s || '%%' and actor like %(actor)s || '%%'
  and (%(before)s::bigint is null or entry_id < %(before)s)
order by entry_id desc
limit %(most)s
