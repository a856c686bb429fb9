-- The mail that waits in the inbox of reports for longest.
-- grain: mail
-- parameters: none; read-only
select fingerprint, raw from digest_report_inbox order by received_at, fingerprint limit 1
