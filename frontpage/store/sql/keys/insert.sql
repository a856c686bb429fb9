-- Keep a new API key.
-- grain: api_key [key]; parameters: name, key_hash, scopes, requests_per_second; idempotence: a key is random, so none
insert into api_key (name, key_hash, scopes, requests_per_second)
values (%(name)s, %(key_hash)s, %(scopes)s, %(requests_per_second)s)
returning key_id
