-- What each article holds of the served lists: places, no readers.
-- grain: article; parameters: since (as_of of the run), most; read-only
select list.article_id, count(*) as n_lists, min(list.rank) as best_rank, avg(list.score) as mean_score
from recommendation list
join rec_run run using (run_id)
where run.run_id = (select run_id from published_run where variant = 'champion') and run.as_of > %(since)s
group by list.article_id order by n_lists desc, list.article_id limit %(most)s
