-- Move a rollout, and write down what moved it. A step begins anew with another share.
-- grain: one rollout; one row of the trail
-- parameters: rollout_id, state, share, version, as_of, action, guardrails (jsonb), actor, reason
-- idempotence: none of its own; the caller holds the lock of rollouts
with trail as (
    insert into rollout_event (rollout_id, as_of, action, state, share, version, guardrails, actor, reason)
    values (%(rollout_id)s, %(as_of)s, %(action)s, %(state)s, %(share)s, %(version)s, %(guardrails)s, %(actor)s, %(reason)s)
)
update rollout
set step_since = case when share = %(share)s then step_since else %(as_of)s end,
    state = %(state)s, share = %(share)s, version = %(version)s, changed_at = clock_timestamp()
where rollout_id = %(rollout_id)s
