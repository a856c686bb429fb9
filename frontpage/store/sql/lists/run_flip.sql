-- Make a run the one being served, and write the flip down.
-- grain: variant
-- parameters: variant, run_id, action (publish | rollback), actor, reason
-- idempotence: the pointer is an upsert; `publication` gets one row per call
with before as (
    select run_id from published_run where variant = %(variant)s
), trail as (
    insert into publication (variant, run_id, previous_run_id, action, actor, reason)
    select %(variant)s, %(run_id)s, (select run_id from before), %(action)s, %(actor)s, %(reason)s
), old as (
    update rec_run set state = 'superseded' where run_id in (select run_id from before) and run_id <> %(run_id)s
), new as (
    update rec_run set state = 'published', published_at = clock_timestamp() where run_id = %(run_id)s
)
insert into published_run (variant, run_id) values (%(variant)s, %(run_id)s)
on conflict (variant) do update set run_id = excluded.run_id, published_at = clock_timestamp()
