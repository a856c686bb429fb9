-- What stands in the way of mails.
-- grain: one row; parameters: none; read-only
select (select count(*) from digest_suppression) as suppressed,
       (select count(*) from digest_report_inbox) as returned_waiting,
       (select count(*) from reader_contact where digest_opt_in and email is not null) as subscribers,
       exists (select from digest_stop where edition_id = 'all') as is_stopped
