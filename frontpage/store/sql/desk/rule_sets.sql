-- Versions of the editorial rules as they were applied.
-- grain: version, newest first; parameters: none; read-only
select version, rules, hash, actor, reason, applied_at from rule_set order by version desc limit 30
