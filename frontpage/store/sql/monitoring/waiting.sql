-- What waits for somebody: events, reports of readers, retractions that readers are not yet owed a correction for.
-- grain: one row
-- parameters: now
-- idempotence: reads only
select (select count(*) from event_inbox) as n_events,
       (select coalesce(extract(epoch from %(now)s - min(retracted_at)), 0)::float8
        from retraction where noted_at is null and ended_at is null and retracted_at <= %(now)s) as retraction_seconds,
       (select count(*) from retraction where ended_at is null) as n_retracted,
       (select count(*) from audit_entry) as n_audited
