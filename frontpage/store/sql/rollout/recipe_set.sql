-- Write the recipe of a version into its lineage.
-- grain: version
-- parameters: version, recipe
-- idempotence: one that is there stays
update model_version
set lineage = lineage || jsonb_build_object('recipe', %(recipe)s::text)
where version = %(version)s and not lineage ? 'recipe'
