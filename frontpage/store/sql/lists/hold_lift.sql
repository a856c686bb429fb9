-- Lift the hold of a variant.
-- grain: one hold
-- parameters: variant, actor, reason
-- idempotence: by nature
update list_hold set lifted_at = clock_timestamp(), lifted_by = %(actor)s, lift_reason = %(reason)s
where variant = %(variant)s and lifted_at is null
