-- Change what is thought of a reported article.
-- grain: flag; parameters: article_id, state, actor, reason, evidence (nullable: stays), until (nullable)
-- idempotence: none; the caller leaves out a state that it has
update flag set state = %(state)s, changed_at = clock_timestamp(), changed_by = %(actor)s, reason = %(reason)s,
    evidence = coalesce(%(evidence)s, evidence), until = %(until)s
where article_id = %(article_id)s
