-- What an installation of somebody's own data has so far.
-- grain: one row; regions: those with a fallback list in the served run, by name
-- parameters: none; read-only
select (select count(*) from article) as articles,
       (select count(*) from reader) as readers,
       (select count(*) from read_event) as reads,
       (select count(*) from quarantine where released_at is null) as quarantined,
       exists (select from model_version) as has_model,
       array(
           select distinct fallback.scope_value
           from published_run
           join fallback_list fallback using (run_id)
           where published_run.variant = 'champion' and fallback.scope = 'region'
           order by 1
       ) as regions
