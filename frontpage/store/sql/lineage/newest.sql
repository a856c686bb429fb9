-- Published runs that the lineage store knows, the newest first.
-- grain: published run
-- parameters: limit
-- idempotence: reads only
select max(io.facets_json::jsonb #>> '{version,datasetVersion}')::bigint as run_id,
       max(run.facets_json::jsonb #>> '{nominalTime,nominalStartTime}')::timestamptz as as_of
from lineage.openlineage_run_io io
join lineage.openlineage_runs run using (run_id)
where io.io_type = 'OUTPUT' and io.dataset_namespace = 'frontpage' and io.dataset_name = 'published'
  and run.state = 'COMPLETE'
group by io.facets_json::jsonb #>> '{version,datasetVersion}'
order by run_id desc
limit %(limit)s
