-- Hours of one series of drift, by key: the keys with most rows.
-- grain: hour, key; parameters: series, now, days; read-only
with chosen as (
    select key from drift_aggregate
    where series = %(series)s and hour > %(now)s::timestamptz - %(days)s * interval '1 day'
    group by key order by sum(n) desc, key limit 5
)
select hour, key, n, total from drift_aggregate
where series = %(series)s and hour > %(now)s::timestamptz - %(days)s * interval '1 day' and hour <= %(now)s
  and key in (select key from chosen)
order by hour, key
