-- One change of stage at a time; readers are not held up. Freed at the end of the transaction.
-- grain: none
-- parameters: none
-- idempotence: changes nothing
lock table model_version in share row exclusive mode
