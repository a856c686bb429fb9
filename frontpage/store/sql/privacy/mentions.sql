-- Delete rows that name a reader otherwise than by their pseudonym: their id or address as a whole word, or their reports.
-- grain: one row of counts; parameters: reader_id, email (nullable), pattern (POSIX, both as words), reporter
-- idempotence: again there is nothing left
with waiting as (
    delete from event_inbox where reader_id = %(reader_id)s returning 1
), rejected as (
    delete from quarantine where payload ~ %(pattern)s or locator ~ %(pattern)s or detail ~ %(pattern)s returning 1
), sent as (
    delete from catalogue_row where payload ~ %(pattern)s returning 1
), mails as (
    delete from digest_report_inbox
    where %(email)s::text is not null and position(convert_to(%(email)s, 'UTF8') in raw) > 0 returning 1
), reports as (
    delete from misleading_report where reporter = %(reporter)s returning 1
)
select (select count(*) from waiting) as event_inbox, (select count(*) from rejected) as quarantine,
       (select count(*) from sent) as catalogue_row,
       (select count(*) from mails) as digest_report_inbox, (select count(*) from reports) as misleading_report
