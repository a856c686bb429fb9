-- What one published run was made of: inputs and outputs of each execution on the way back to the sources, and of those
-- that checked what lay on it. A model's parent is named, and not followed. Of repeats the newest counts.
-- grain: execution, dataset, input or output
-- parameters: run_id (text)
-- idempotence: reads only
with recursive io as (
    select io.run_id, run.job_name as verb, run.facets_json::jsonb as run_facets, io.io_type = 'OUTPUT' as is_output,
           io.dataset_namespace as namespace, io.dataset_name as name,
           io.facets_json::jsonb #>> '{version,datasetVersion}' as version,
           (io.facets_json::jsonb #>> '{frontpage_rows,rowCount}')::bigint as n_rows,
           event.event_time
    from lineage.openlineage_run_io io
    join lineage.openlineage_runs run using (run_id)
    join (
        select run_id, max(event_time) as event_time from lineage.openlineage_events group by run_id
    ) event using (run_id)
    where run.state = 'COMPLETE' and run.job_namespace = 'frontpage'
),
makers as (
    select distinct on (verb, namespace, name, version) run_id, namespace, name, version
    from io where is_output
    order by verb, namespace, name, version, event_time desc
),
checks as (
    select distinct on (verb, namespace, name, version) run_id, namespace, name, version
    from io
    where not is_output and not exists (select from io made where made.run_id = io.run_id and made.is_output)
    order by verb, namespace, name, version, event_time desc
),
made as (
    select run_id from makers where namespace = 'frontpage' and name = 'published' and version = %(run_id)s
    union
    select maker.run_id
    from made
    join io used on used.run_id = made.run_id and not used.is_output and not (used.verb = 'train' and used.name = 'model')
    join makers maker on (maker.namespace, maker.name, maker.version) = (used.namespace, used.name, used.version)
),
checked as (
    select distinct checks.run_id
    from made
    join io on io.run_id = made.run_id and io.is_output
    join checks on (checks.namespace, checks.name, checks.version) = (io.namespace, io.name, io.version)
)
select run_id, verb, (run_facets #>> '{nominalTime,nominalStartTime}')::timestamptz as as_of,
       run_facets -> 'frontpage_edition' as edition, run_facets -> 'frontpage_execution' as record,
       is_output, namespace, name, version, n_rows
from io
where run_id in (select run_id from made union select run_id from checked)
order by event_time, run_id, is_output, namespace, name
