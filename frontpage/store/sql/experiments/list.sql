-- Experiments: one by its name, or all; the newest start of each.
-- grain: name; by the moment of the start, then name
-- parameters: name (null: all), only_running; read-only
select * from (
    select distinct on (name) * from experiment
    where (%(name)s::text is null or name = %(name)s) and (not %(only_running)s or stopped_at is null)
    order by name, attempt desc
) newest
order by started_at, name
