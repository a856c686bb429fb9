-- The newest checks of each boundary.
-- grain: check, newest first; parameters: most (of each boundary); read-only
select validation_id, as_of, boundary, passed, results, recorded_at from (
    select *, row_number() over (partition by boundary order by validation_id desc) as place
    from validation_run where validation_id > (select max(validation_id) from validation_run) - 400
) newest
where place <= %(most)s
order by boundary, validation_id desc
