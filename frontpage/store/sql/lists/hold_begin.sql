-- Hold the list that was rolled back to.
-- grain: one hold
-- parameters: variant, run_id, off_run_id, actor, reason
-- idempotence: a second one of the variant is refused by an index; the caller lifts the first
insert into list_hold (variant, run_id, off_run_id, actor, reason)
values (%(variant)s, %(run_id)s, %(off_run_id)s, %(actor)s, %(reason)s)
