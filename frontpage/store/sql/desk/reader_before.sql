-- What a reader's list held in the run that was served before this one.
-- grain: rank; parameters: reader_key, run_id (the one that is served); read-only
select list.rank, list.article_id, article.title
from recommendation list
left join lateral (
    select title from article_version version where version.article_id = list.article_id order by recorded_at desc limit 1
) article on true
where list.reader_key = %(reader_key)s and list.run_id = (
    select previous.run_id from publication previous
    join rec_run run using (run_id)
    where previous.run_id < %(run_id)s and run.state in ('published', 'superseded')
      and previous.variant = (select variant from rec_run where run_id = %(run_id)s)
    order by previous.publication_id desc limit 1
)
order by list.rank
