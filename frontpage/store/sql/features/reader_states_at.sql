-- What the ranker asks of each of some readers, as it counts at a moment; lists as text, members divided by U+001F.
-- grain: reader; ordered by reader_key
-- parameters: reader_keys, as_of; read-only
select distinct on (reader_key) reader_key, region, device, referrer, language,
       last_read_us, n_reads, median_dwell_seconds,
       nullif(array_to_string(decayed_reads, E'\x1f'), '') as decayed_reads,
       nullif(array_to_string(interests, E'\x1f'), '') as interests,
       nullif(array_to_string(categories, E'\x1f'), '') as categories,
       nullif(array_to_string(category_shares, E'\x1f'), '') as category_shares,
       nullif(array_to_string(publishers, E'\x1f'), '') as publishers,
       nullif(array_to_string(publisher_shares, E'\x1f'), '') as publisher_shares
from feast.reader_state
where reader_key = any(%(reader_keys)s)
  and event_timestamp <= %(as_of)s
order by reader_key, event_timestamp desc
