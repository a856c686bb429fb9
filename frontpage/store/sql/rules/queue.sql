-- Reported articles that a person has not decided about, most reporters first, with how many lists hold each now.
-- grain: article; parameters: since (older reports do not count); read-only
select flag.article_id, article.title, article.url, article.publisher, flag.state, flag.opened_at, flag.evidence,
       count(report.reporter) as n_reports, count(report.reporter) filter (where channel = 'claimreview') as n_reviews,
       (select count(*) from recommendation list
        where list.run_id = (select run_id from published_run where variant = 'champion')
          and list.article_id = flag.article_id) as n_lists,
       array_agg(distinct left(report.said, 200)) filter (where report.said <> '') as said
from flag
join article using (article_id)
left join misleading_report report on report.article_id = flag.article_id and report.reported_at > %(since)s
where flag.state in ('open', 'held')
group by flag.article_id, article.title, article.url, article.publisher, flag.state, flag.opened_at, flag.evidence
order by n_reports desc, flag.opened_at, flag.article_id
