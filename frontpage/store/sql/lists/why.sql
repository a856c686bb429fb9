-- A reader's list with everything that made it.
-- grain: rank
-- parameters: reader_id, run_id (nullable: the one that is served to this reader); read-only
-- A kept list was made by an earlier run, at its moment: scored_run, scored_at.
select run.run_id, run.as_of, run.variant, run.model_version, run.snapshot_hash, run.checksum, run.state, run.published_at,
       maker.run_id as scored_run, maker.as_of as scored_at, list.reader_key,
       list.rank, list.article_id, list.score, list.candidate_source, list.propensity, list.is_waived, list.reasons,
       article.title, article.url, article.publisher, article.category, article.published_at as article_published_at
from reader
join recommendation list using (reader_key)
join rec_run run using (run_id)
join rec_run maker on maker.run_id = coalesce(list.scored_run, list.run_id)
left join lateral (
    select * from article_version version
    where version.article_id = list.article_id and version.recorded_at <= run.as_of
    order by version.recorded_at desc limit 1
) article on true
where reader.reader_id = %(reader_id)s
  and list.run_id = coalesce(%(run_id)s::bigint, (
      select pointer.run_id from published_run pointer
      where pointer.variant in ('canary', 'champion', 'today')
        and exists (select from recommendation own
                    where own.run_id = pointer.run_id and own.reader_key = reader.reader_key)
      order by array_position(array['canary', 'champion', 'today'], pointer.variant)
      limit 1
  ))
order by list.rank
