-- Take the canary's pointer away where no rollout is under way any more.
-- grain: at most one pointer
-- parameters: none
-- idempotence: by nature
delete from published_run
where variant = 'canary' and not exists (select from rollout where state in ('canary', 'waiting'))
