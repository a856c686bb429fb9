-- Begin a rollout in shadow.
-- grain: one rollout
-- parameters: recipe, version, as_of
-- idempotence: a second one that is open is refused by an index
insert into rollout (recipe, version, state, share, begun_as_of, step_since)
values (%(recipe)s, %(version)s, 'shadow', 0, %(as_of)s, %(as_of)s)
returning rollout_id
