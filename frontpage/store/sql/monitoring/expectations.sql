-- How each expectation of the newest check of each boundary ended; its figure where it has one.
-- grain: boundary, expectation, severity
-- parameters: now
-- idempotence: reads only
with newest as (
    select distinct on (boundary) boundary, as_of, results
    from validation_run
    where as_of > %(now)s - interval '7 days' and as_of <= %(now)s
    order by boundary, as_of desc, validation_id desc
)
select boundary, result ->> 'name' as expectation, result ->> 'severity' as severity,
       min((result ->> 'outcome' in ('passed', 'skipped'))::int) as passed,
       max(case when jsonb_typeof(result -> 'observed') = 'number' then (result ->> 'observed')::float8 end) as observed
from newest, jsonb_array_elements(results) result
group by 1, 2, 3
order by 1, 2, 3
