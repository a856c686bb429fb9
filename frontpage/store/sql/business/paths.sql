-- From publication to the first list that shows an article, by stage, in minutes: of articles first shown since.
-- grain: article
-- parameters: since, until
-- idempotence: reads only
-- source: published until we could know of it. extract: until it was in the database. features, score, publish: until
-- that step of the run that first lists it had ended, by the record of executions; publish stands for the API too, whose
-- workers are told in the same second.
with listed as (
    select recommendation.article_id, min(run_id) as run_id
    from recommendation
    join rec_run using (run_id)
    where rec_run.published_at >= %(since)s and rec_run.published_at < %(until)s and scored_run is null
    group by recommendation.article_id
), first as (
    select article_id, min(recorded_at) as recorded_at, min(first_seen_at) as seen_at, min(published_at) as published_at
    from article_version where article_id in (select article_id from listed) group by article_id
), step as (
    select verb, as_of, max(ended_at) as ended_at
    from execution
    where verb in ('extract', 'features', 'score', 'publish') and exit_code = 0
      and started_at >= %(since)s - interval '1 day'
    group by verb, as_of
)
select first.article_id,
       extract(epoch from seen_at - coalesce(first.published_at, seen_at)) / 60 as source,
       extract(epoch from coalesce(extract.ended_at, recorded_at) - seen_at) / 60 as extract,
       extract(epoch from features.ended_at - extract.ended_at) / 60 as features,
       extract(epoch from score.ended_at - features.ended_at) / 60 as score,
       extract(epoch from rec_run.published_at - score.ended_at) / 60 as publish,
       extract(epoch from rec_run.published_at - coalesce(first.published_at, seen_at)) / 60 as total
from listed
join first using (article_id)
join rec_run using (run_id)
left join step extract on extract.verb = 'extract' and extract.as_of = rec_run.as_of
left join step features on features.verb = 'features' and features.as_of = rec_run.as_of
left join step score on score.verb = 'score' and score.as_of = rec_run.as_of
where first.recorded_at >= %(since)s
order by first.article_id
