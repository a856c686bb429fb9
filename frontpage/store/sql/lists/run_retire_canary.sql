-- Take the canary's pointer away where no rollout is under way any more; its run stays, as one that was superseded.
-- grain: at most one pointer
-- parameters: none
-- idempotence: by nature
with gone as (
    delete from published_run
    where variant = 'canary' and not exists (select from rollout where state in ('canary', 'waiting'))
    returning run_id
)
update rec_run set state = 'superseded' where run_id in (select run_id from gone)
