-- The hold of a variant that was not lifted.
-- grain: at most one hold
-- parameters: variant; read-only
select hold_id, variant, run_id, off_run_id, actor, reason, held_at
from list_hold
where variant = %(variant)s and lifted_at is null
