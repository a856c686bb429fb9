-- Begin a pilot.
-- grain: one pilot
-- parameters: chosen_by, control, actor, reason, started_at
-- idempotence: a second one that is on is refused by an index
insert into pilot (chosen_by, control, actor, reason, started_at)
values (%(chosen_by)s, %(control)s, %(actor)s, %(reason)s, %(started_at)s)
returning pilot_id
