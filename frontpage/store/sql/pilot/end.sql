-- End a pilot.
-- grain: one pilot
-- parameters: pilot_id, ended_at, actor, reason
-- idempotence: one that has ended stays as it is
update pilot set ended_at = %(ended_at)s, ended_by = %(actor)s, end_reason = %(reason)s
where pilot_id = %(pilot_id)s and ended_at is null
