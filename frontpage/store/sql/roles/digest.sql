-- The digest: addresses and what was sent; lists and articles as they are; no list, article or read can be changed.
-- idempotent; parameters: none
do $$
declare made record;
begin
    execute format('grant temporary on database %I to frontpage_digest', current_database());
    if to_regclass('feast.reader_state') is not null then
        grant usage on schema feast to frontpage_digest;
        grant select (reader_key, event_timestamp, language) on feast.reader_state to frontpage_digest;
    end if;
    for made in
        select oid::regclass as name from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname ~ '^recommendation(_[0-9]+)?$'
    loop
        execute format('grant select on %s to frontpage_digest', made.name);
    end loop;
end $$;
grant select on
    alembic_version, archived_run, article, article_signature, article_version, correction, digest_consent, digest_delivery,
    digest_edition, digest_report, digest_report_inbox, digest_stop, digest_suppression, execution, execution_packages,
    execution_params, fallback_list, flag, impression, link_click, list_hold, publication, published_run, reader, reader_contact,
    reader_preference, reader_version, rec_run, retraction, rollout, served_list
    to frontpage_digest;
grant select (event_id) on event_inbox to frontpage_digest;
grant select (event_id, reader_key, article_id, kind, occurred_at, recorded_at) on read_event to frontpage_digest;
grant update (noted_at) on retraction to frontpage_digest;
grant insert, update on
    correction, digest_delivery, digest_edition, digest_report, digest_stop, digest_suppression, execution,
    execution_packages, execution_params
    to frontpage_digest;
grant insert on digest_consent, event_inbox to frontpage_digest;
grant delete on digest_report_inbox, digest_stop, digest_suppression to frontpage_digest;
grant update (digest_opt_in, recorded_at, claimed_at) on reader_contact to frontpage_digest;
grant update (handed_in_at) on link_click to frontpage_digest;
grant insert (action, subject, actor, reason, before, after) on audit_entry to frontpage_digest
