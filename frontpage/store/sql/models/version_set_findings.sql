-- Write down what the acceptance test, or the look at the target, found about a version.
-- grain: version
-- parameters: version, acceptance, fitness (jsonb; merged into what is there, {} leaves it)
-- idempotence: the same call again changes nothing
update model_version
set acceptance = acceptance || %(acceptance)s, fitness = fitness || %(fitness)s
where version = %(version)s
