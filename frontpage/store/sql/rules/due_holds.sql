-- Reported articles that enough distinct reporters named to be held back until a person decides.
-- grain: article, most reporters first
-- parameters: since (older reports do not count), sources (distinct reporters that it takes), most (places of one list)
-- `too_much`: with what is held already it would take more than `most` places of somebody's served list. Read-only
with counted as (
    select flag.article_id, count(distinct report.reporter) as n
    from flag join misleading_report report using (article_id)
    where flag.state = 'open' and report.reported_at > %(since)s
    group by flag.article_id having count(distinct report.reporter) >= %(sources)s
)
select counted.article_id, counted.n, exists (
    select from recommendation list
    where list.run_id = (select run_id from published_run where variant = 'champion')
      and (list.article_id = counted.article_id or list.article_id in (select article_id from flag where state = 'held'))
    group by list.reader_key
    having count(*) > %(most)s and bool_or(list.article_id = counted.article_id)
) as too_much
from counted order by counted.n desc, counted.article_id
