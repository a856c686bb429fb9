-- Every version of the articles that matter at a moment: read by a read that counts, or seen or published lately.
-- grain: article, recorded_at; ordered so; `newest` marks what was known at as_of, the others are what it replaced
-- parameters: as_of, first_read (the first that counts), unread_since, with_text (false leaves url, title, summary, body and author null); read-only
with wanted as (
    select article_id from article_version
    where recorded_at <= %(as_of)s and greatest(first_seen_at, published_at) > %(unread_since)s
    union
    select article_id from read_event
    where occurred_at >= %(first_read)s and occurred_at <= %(as_of)s and recorded_at <= %(as_of)s and suspicion is null
)
select article_id, case when %(with_text)s then url end as url, case when %(with_text)s then title end as title,
       case when %(with_text)s then summary end as summary, case when %(with_text)s then body end as body,
       language, category, publisher, case when %(with_text)s then author end as author,
       published_at, first_seen_at, recorded_at,
       duplicate_of, duplicate_kind, status,
       lead(recorded_at) over (partition by article_id order by recorded_at) is null as newest
from article_version
join wanted using (article_id)
where recorded_at <= %(as_of)s
order by article_id collate "C", recorded_at
