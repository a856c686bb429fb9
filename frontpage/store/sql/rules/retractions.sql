-- Retractions, newest first.
-- grain: article, retracted_at; parameters: most rows; read-only
select retraction.article_id, article.title, retracted_at, named, origin, actor, reason, noted_at, ended_at, ended_by, end_reason,
       (select count(*) from correction where correction.article_id = retraction.article_id) as n_corrections
from retraction left join article using (article_id)
order by retracted_at desc, retraction.article_id
limit %(most)s
