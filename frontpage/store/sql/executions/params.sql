-- A set of parameters, kept once.
-- grain: set of parameters
-- parameters: hash, params
-- idempotence: by its hash
insert into execution_params (params_hash, params) values (%(hash)s, %(params)s) on conflict do nothing
