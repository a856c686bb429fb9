-- The last pilot, with the number of its readers.
-- grain: at most one pilot
-- parameters: none; read-only
select pilot_id, chosen_by, control, actor, reason, started_at, ended_at,
       (select count(*) from pilot_reader chosen where chosen.pilot_id = pilot.pilot_id and arm = 'treatment') as n_treatment,
       (select count(*) from pilot_reader chosen where chosen.pilot_id = pilot.pilot_id and arm = 'control') as n_control
from pilot
order by pilot_id desc
limit 1
