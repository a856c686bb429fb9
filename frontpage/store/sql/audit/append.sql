-- Add one entry, as the API does.
-- grain: one change
-- parameters: $1 action, $2 subject, $3 actor, $4 reason, $5 before, $6 after (json text, nullable) (asyncpg, numbered)
-- idempotence: none; the caller writes it in the transaction of what it tells of
insert into audit_entry (action, subject, actor, reason, before, after) values ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb)
