-- Take a reader's pseudonym and id out of what checks said.
-- grain: check, run; parameters: pattern (POSIX: pseudonym, id and address as words)
-- idempotence: again there is nothing left
with checks as (
    update validation_run set results = regexp_replace(results::text, %(pattern)s, '\1erased\2', 'g')::jsonb
    where results::text ~ %(pattern)s returning 1
), runs as (
    update rec_run set gate = regexp_replace(gate::text, %(pattern)s, '\1erased\2', 'g')::jsonb
    where gate::text ~ %(pattern)s returning 1
)
select (select count(*) from checks) as validation_run, (select count(*) from runs) as rec_run
