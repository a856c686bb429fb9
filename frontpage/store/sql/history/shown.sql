-- What readers were shown in lists within some windows of time each (exclusive, inclusive), as known at a moment;
-- showings without a position or a time tell nothing.
-- grain: impression, ordered by reader, time, article and position
-- parameters: reader_key, since_us, until_us (arrays side by side, microseconds), as_of; read-only
select distinct reader_key, article_id collate "C" as article_id, occurred_at, position
from unnest(%(reader_key)s::bigint[], %(since_us)s::bigint[], %(until_us)s::bigint[]) as asked (reader_key, since_us, until_us)
join impression using (reader_key)
where position >= 1 and recorded_at <= %(as_of)s
  and occurred_at > timestamptz 'epoch' + since_us * interval '1 microsecond'
  and occurred_at <= timestamptz 'epoch' + until_us * interval '1 microsecond'
order by reader_key, occurred_at, article_id, position
