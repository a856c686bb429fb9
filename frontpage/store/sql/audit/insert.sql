-- Add one entry; number, time and hashes are the database's.
-- grain: one change, or one look at a person's data
-- parameters: action, subject, actor, reason, before, after (jsonb, nullable)
-- idempotence: none; the caller writes it in the transaction of what it tells of
insert into audit_entry (action, subject, actor, reason, before, after)
values (%(action)s, %(subject)s, %(actor)s, %(reason)s, %(before)s, %(after)s)
