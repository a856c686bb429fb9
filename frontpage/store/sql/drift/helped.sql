-- Versions that were trained for a reason of drift, and whether they were accepted, the newest first.
-- grain: tick with an answer
-- parameters: as_of, limit
-- idempotence: reads only
select answer.as_of, version.version, version.stage, (version.gate ->> 'passed')::boolean as passed
from drift_answer answer
join lateral (
    select version, stage, gate from model_version
    where model_version.as_of >= answer.as_of order by model_version.as_of limit 1
) version on true
where answer.action = 'retrain' and answer.as_of < %(as_of)s and version.gate <> '{}'
  and answer.as_of > coalesce(
      (select max(as_of) from drift_answer where action = 'search' and as_of < %(as_of)s), '-infinity')
order by answer.as_of desc
limit %(limit)s
