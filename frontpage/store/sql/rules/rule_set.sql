-- One version of the applied rules; by default the newest.
-- grain: at most one version; parameters: version (nullable); read-only
select version, rules, hash, actor, reason, applied_at from rule_set
where version = coalesce(%(version)s::integer, (select max(version) from rule_set))
