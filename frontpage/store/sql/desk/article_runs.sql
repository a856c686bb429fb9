-- In how many lists an article stood, run by run.
-- grain: run, newest first; parameters: article_id, most; read-only
select run.run_id, run.as_of, run.published_at, count(list.reader_key) as n_lists, min(list.rank) as best,
       avg(list.rank) as mean_rank
from (
    select * from rec_run where state in ('published', 'superseded') and variant = 'champion'
    order by as_of desc limit %(most)s
) run
left join recommendation list on list.run_id = run.run_id and list.article_id = %(article_id)s
group by run.run_id, run.as_of, run.published_at
order by run.as_of desc
