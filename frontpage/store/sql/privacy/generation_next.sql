-- Let who has an id be somebody new from now on.
-- grain: id; parameters: id_hash, erased_at
-- idempotence: none; each erasure counts
insert into reader_generation (id_hash, generation, erased_at) values (%(id_hash)s, 1, %(erased_at)s)
on conflict (id_hash) do update set generation = reader_generation.generation + 1, erased_at = excluded.erased_at
