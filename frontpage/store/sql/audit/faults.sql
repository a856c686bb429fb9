-- Where the chain is broken: an entry that was changed, that does not follow the one before it, or a gap.
-- grain: fault, in order of entries; none where the chain holds; parameters: none; read-only
-- Hashes are computed here again, whatever the function in the database does by now.
with chained as (
    select entry_id, previous_hash, hash,
           lag(entry_id, 1, 0::bigint) over in_order as last_id,
           lag(hash, 1, sha256('')) over in_order as last_hash,
           sha256(convert_to(jsonb_build_array(
               entry_id, (extract(epoch from recorded_at) * 1000000)::bigint, action, subject, actor, reason, before,
               after, encode(previous_hash, 'hex'))::text, 'UTF8')) as computed
    from audit_entry
    window in_order as (order by entry_id)
), ending as (
    select coalesce(max(entry_id), 0) as last_id from audit_entry
)
select entry_id,
       case when hash <> computed then 'was changed'
            when entry_id <= 0 then 'was inserted'
            when entry_id <> last_id + 1 then 'follows entry ' || last_id || ': what stood between was removed'
            else 'was inserted: it does not follow the entry before it' end as fault
from chained
where hash <> computed or entry_id <> last_id + 1 or previous_hash <> last_hash
union all
select last_id,
       case when last_id < n_entries then 'is the last, and there were ' || n_entries || ': the end was removed'
            else 'was inserted: there were ' || n_entries end
from ending, audit_head
where last_id <> n_entries
order by entry_id
