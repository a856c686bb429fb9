-- What rules look at of the articles that could be listed at a moment, as they were known then.
-- grain: article; ordered so
-- parameters: as_of, since (older articles have expired); read-only
select article_id, publisher, author, category, url, title
from (
    select distinct on (article_id) * from article_version
    where recorded_at <= %(as_of)s and greatest(first_seen_at, published_at) > %(since)s
    order by article_id, recorded_at desc
) known
order by article_id collate "C"
