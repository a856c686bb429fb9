-- All API keys ever made, without their hashes.
-- grain: key, oldest first; parameters: none; read-only
select key_id, name, scopes, requests_per_second, created_at, revoked_at
from api_key
order by key_id
