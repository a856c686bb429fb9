-- Keep a mail that came back, until `frontpage bounces` takes it in.
-- grain: mail
-- parameters: $1 fingerprint (SHA-256 of its bytes, in hex), $2 raw, $3 received_at (asyncpg, numbered)
-- idempotence: fingerprint; gives one row where it is new
insert into digest_report_inbox (fingerprint, raw, received_at) values ($1, $2, $3)
on conflict (fingerprint) do nothing
returning fingerprint
