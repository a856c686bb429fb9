-- How much of each kind waits for a person, or is red.
-- grain: one row; parameters: now (what began since a day before counts); read-only
select (select count(*) from flag where state in ('open', 'held')) as reports,
       (select count(*) from rollout where state = 'waiting') as rollouts,
       (select count(*) from list_hold where lifted_at is null) as holds,
       (select count(*) from digest_stop) as stopped_mails,
       (select count(*) from experiment where stopped_at is null) as experiments,
       (select count(*) from execution
        where started_at > %(now)s::timestamptz - interval '1 day' and exit_code not in (0, 7)) as failed_runs,
       (select count(*) from (
            select distinct on (boundary) boundary, passed from validation_run order by boundary, validation_id desc
        ) newest where not passed) as red_checks,
       (select count(*) from drift_finding
        where is_confirmed and as_of = (select max(as_of) from drift_finding)) as drifted,
       (select count(*) from quarantine
        where released_at is null and recorded_at > %(now)s::timestamptz - interval '1 day') as quarantined
