-- Apply editorial rules: the next version.
-- grain: version; parameters: rules (jsonb array), hash, actor, reason
-- idempotence: none; the caller leaves out rules that are in force already, and holds the lock on the table
insert into rule_set (version, rules, hash, actor, reason)
select coalesce(max(version), 0) + 1, %(rules)s, %(hash)s, %(actor)s, %(reason)s from rule_set
returning version
