-- Ids that were forgotten.
-- grain: id; parameters: none; read-only
select id_hash, generation, erased_at from reader_generation
