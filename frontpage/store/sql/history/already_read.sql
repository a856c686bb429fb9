-- What each reader has read, suspicious reads included: an article that was read once is never listed again.
-- grain: reader, article
-- parameters: as_of, since (older articles have expired and cannot be listed anyway); read-only
select read_event.reader_key, read_event.article_id
from read_event
join (
    select distinct article_id from article_version
    where recorded_at <= %(as_of)s and greatest(first_seen_at, published_at) > %(since)s
) live using (article_id)
where read_event.recorded_at <= %(as_of)s and read_event.occurred_at <= %(as_of)s
group by read_event.reader_key, read_event.article_id
order by read_event.reader_key, read_event.article_id collate "C"
