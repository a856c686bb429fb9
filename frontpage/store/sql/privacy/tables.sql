-- Every table that holds readers by their pseudonym, whoever made it; runs that are not attached yet too.
-- grain: table, `reader` last; parameters: none; read-only
select format('%I.%I', spaces.nspname, tables.relname) as name
from pg_attribute columns
join pg_class tables on tables.oid = columns.attrelid
join pg_namespace spaces on spaces.oid = tables.relnamespace
where columns.attname = 'reader_key' and not columns.attisdropped and tables.relkind in ('r', 'p') and not tables.relispartition
  and (spaces.nspname in ('public', 'feast') or spaces.nspname ~ '^extract_[0-9]+$')
order by tables.relname = 'reader', name
