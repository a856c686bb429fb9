-- The viewer: what was made and why, for pages and charts; no address, no id beside its pseudonym, no key, no change.
-- idempotent; parameters: none. A new table is invisible until it is named here
do $$
declare made record;
begin
    for made in
        select oid::regclass as name from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname ~ '^recommendation(_[0-9]+)?$'
    loop
        execute format('grant select on %s to frontpage_viewer', made.name);
    end loop;
    grant usage on schema lineage to frontpage_viewer;
    grant select on all tables in schema lineage to frontpage_viewer;
end $$;
grant select on
    alembic_version, archived_run, article, article_version, audit_entry, audit_head, business_cost, business_day,
    catalogue_batch,
    digest_edition, digest_stop, drift_aggregate, drift_answer, drift_finding, execution, experiment, extract_run,
    fallback_list, flag, list_hold, list_outcome, model_version, model_version_event, outcome_run, pilot, publication,
    published_run, rec_run, retraction, rollout, rollout_event, rule_set, source_watermark, training_run, validation_run
    to frontpage_viewer;
grant select (quarantine_id, source, kind, reason, recorded_at, extract_id, released_at) on quarantine to frontpage_viewer;
grant select (edition_id, state, updated_at, attempts, sent_at) on digest_delivery to frontpage_viewer;
grant select (name, scopes, requests_per_second, created_at, revoked_at) on api_key to frontpage_viewer
