-- Whether the inbox holds anything.
-- grain: one row; parameters: none; read-only
select exists (select from event_inbox) as waiting
