-- Staging schemas and open pulls with the source they belong to: work of processes that may be gone.
-- grain: extract; parameters: none; read-only
select r.extract_id, r.source, r.state, n.nspname as schema
from extract_run r left join pg_namespace n on n.nspname = 'extract_' || r.extract_id
where r.state = 'running' or n.nspname is not null
order by r.extract_id
