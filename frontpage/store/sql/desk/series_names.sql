-- The series of drift that there are.
-- grain: series; parameters: none; read-only
select distinct series from drift_aggregate order by series
