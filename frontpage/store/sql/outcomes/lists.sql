-- Lists that the API answered, as outcomes to be filled.
-- grain: served list
-- parameters: since (excluded), as_of, heavy_reads, activity_days
-- idempotence: a list that has an outcome is left alone
-- Region and activity are those of the moment at which it was shown.
insert into list_outcome
    (list_id, reader_key, run_id, variant, surface, fallback, shown_at, region, activity, n_items, ranks, article_ids)
select served.list_id, served.reader_key, served.run_id, served.variant, coalesce(served.surface, 'unknown'),
       served.fallback, served.served_at, known.region,
       case when active.n = 0 then 'cold' when active.n < %(heavy_reads)s then 'light' else 'heavy' end,
       served.n_items, served.ranks, served.article_ids
from served_list served
left join lateral (
    select version.region from reader_version version
    where version.reader_key = served.reader_key and version.recorded_at <= served.served_at
    order by version.recorded_at desc limit 1
) known on true
cross join lateral (
    select count(*) as n from (
        select from read_event read
        where read.reader_key = served.reader_key and read.occurred_at < served.served_at
          and read.occurred_at >= served.served_at - %(activity_days)s * interval '1 day'
          and read.recorded_at <= served.served_at
        limit %(heavy_reads)s
    ) recent
) active
where served.served_at > %(since)s and served.served_at <= %(as_of)s
  and (served.ranks is not null or served.article_ids is not null)
  and not exists (select from list_outcome known where known.list_id = served.list_id)
on conflict (list_id) do nothing
