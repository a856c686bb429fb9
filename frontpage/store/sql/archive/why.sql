-- A reader's archived list with everything that made it, in the columns of lists/why.
-- grain: rank
-- parameters: reader_id, run_id; of the archived rows, side by side: ranks, article_ids, scores, sources, propensities,
-- waived, scored_runs, reasons; read-only
select run.run_id, run.as_of, run.variant, run.model_version, run.snapshot_hash, run.checksum, run.state, run.published_at,
       maker.run_id as scored_run, maker.as_of as scored_at, reader.reader_key,
       list.rank, list.article_id, list.score, list.candidate_source, list.propensity, list.is_waived, list.reasons,
       article.title, article.url, article.publisher, article.category, article.published_at as article_published_at
from unnest(
    %(ranks)s::smallint[], %(article_ids)s::text[], %(scores)s::real[], %(sources)s::text[], %(propensities)s::real[],
    %(waived)s::boolean[], %(scored_runs)s::bigint[], %(reasons)s::jsonb[]
) list (rank, article_id, score, candidate_source, propensity, is_waived, scored_run, reasons)
join rec_run run on run.run_id = %(run_id)s
join rec_run maker on maker.run_id = list.scored_run
join reader on reader.reader_id = %(reader_id)s
left join lateral (
    select * from article_version version
    where version.article_id = list.article_id and version.recorded_at <= run.as_of
    order by version.recorded_at desc limit 1
) article on true
order by list.rank
