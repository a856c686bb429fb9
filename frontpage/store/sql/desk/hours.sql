-- Reads of each hour of the last day, and what is usual: the mean of the same hour of the seven days before.
-- grain: hour (its end); parameters: series, now; read-only
-- Hours that were not counted yet are left out.
select today.hour, today.n,
       (select avg(past.n) from drift_aggregate past
        where past.series = today.series and past.key = today.key
          and past.hour = any(array(select today.hour - day * interval '1 day' from generate_series(1, 7) day))) as usual
from drift_aggregate today
where today.series = %(series)s and today.key = 'all'
  and today.hour > %(now)s::timestamptz - interval '24 hours' and today.hour <= %(now)s
order by today.hour
