-- A reader's newest events, with whether the article is in a list.
-- grain: event, newest first; parameters: reader_key, article_ids (of the list), most; read-only
select event.occurred_at, event.kind, event.article_id, event.dwell_seconds, event.surface, event.device, event.suspicion,
       article.title, article.category, article.publisher, event.article_id = any(%(article_ids)s) as is_listed
from read_event event
left join lateral (
    select title, category, publisher from article_version version
    where version.article_id = event.article_id order by recorded_at desc limit 1
) article on true
where event.reader_key = %(reader_key)s
order by event.occurred_at desc
limit %(most)s
