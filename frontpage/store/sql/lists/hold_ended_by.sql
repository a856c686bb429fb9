-- Whether a version came into the registry after a hold began.
-- grain: at most one version
-- parameters: version, held_at; read-only
select version from model_version where version = %(version)s and created_at > %(held_at)s
