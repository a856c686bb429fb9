-- Reported articles that a person has not decided about, most reporters first.
-- grain: article; parameters: most; read-only
select flag.article_id, article.title, article.publisher, flag.state, flag.opened_at, count(report.reporter) as n_reports,
       array_agg(distinct left(report.said, 200)) filter (where report.said <> '') as said
from flag
left join lateral (
    select title, publisher from article_version version
    where version.article_id = flag.article_id order by recorded_at desc limit 1
) article on true
left join misleading_report report on report.article_id = flag.article_id
where flag.state in ('open', 'held')
group by flag.article_id, article.title, article.publisher, flag.state, flag.opened_at
order by n_reports desc, flag.opened_at, flag.article_id
limit %(most)s
