-- Retractions, newest first.
-- grain: article, retracted_at; parameters: most; read-only
select retraction.article_id, article.title, retraction.retracted_at, retraction.actor, retraction.reason,
       retraction.ended_at, (select count(*) from correction where correction.article_id = retraction.article_id) as n_corrections
from (select * from retraction order by retracted_at desc, article_id limit %(most)s) retraction
left join lateral (
    select title from article_version version
    where version.article_id = retraction.article_id order by recorded_at desc limit 1
) article on true
order by retraction.retracted_at desc, retraction.article_id
