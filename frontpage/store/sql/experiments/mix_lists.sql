-- Rows of an interleaved run, out of the runs of its two teams; each says which run put it there.
-- grain: reader, rank
-- parameters: {target} the new run's own table, {first} and {second} the teams', {first_run}, {second_run}; temporary
-- table mixed (reader_key, rank, team, team_rank)
-- idempotence: none of its own; once for a run
insert into {target} (reader_key, rank, article_id, score, candidate_source, reasons, propensity, is_waived, scored_run)
select mixed.reader_key, mixed.rank, team.article_id, team.score, team.candidate_source, team.reasons, 1, true,
       case mixed.team when 0 then {first_run} else {second_run} end
from mixed
join lateral (
    select * from {first} list
    where mixed.team = 0 and list.reader_key = mixed.reader_key and list.rank = mixed.team_rank
    union all
    select * from {second} list
    where mixed.team = 1 and list.reader_key = mixed.reader_key and list.rank = mixed.team_rank
) team on true
