-- How old model, lists, features and each source are, in hours.
-- grain: thing
-- parameters: as_of
-- idempotence: reads only
select 'model' as thing, extract(epoch from %(as_of)s - max(as_of)) / 3600 as hours
from model_version where stage = 'champion' and as_of <= %(as_of)s
union all
select 'lists', extract(epoch from %(as_of)s - max(as_of)) / 3600
from published_run join rec_run using (run_id) where published_run.variant = 'champion' and as_of <= %(as_of)s
union all
select 'features', extract(epoch from %(as_of)s - max(as_of)) / 3600 from feast.state_tick where as_of <= %(as_of)s
union all
select 'source ' || source, extract(epoch from %(as_of)s - as_of) / 3600 from source_watermark where as_of <= %(as_of)s
