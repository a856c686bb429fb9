-- New articles by publisher, category and language, and how long they are.
-- grain: series, key, hour (its end)
-- parameters: since, until
-- idempotence: an hour that is there already is counted anew
insert into drift_aggregate (series, key, hour, n, total)
select series, key, hour, count(*), sum(value)
from (
    select article_id, publisher, category, language, date_trunc('hour', recorded_at - interval '1 microsecond')
               + interval '1 hour' as hour,
           ln(1 + length(coalesce(body, summary, title)))::float8 as length
    from article_version first
    where recorded_at > %(since)s and recorded_at <= %(until)s
      and not exists (
          select from article_version before
          where before.article_id = first.article_id and before.recorded_at < first.recorded_at
      )
) article
cross join lateral (values
    ('articles.publisher', coalesce(publisher, ''), 1.0::float8),
    ('articles.category', coalesce(category, ''), 1.0),
    ('articles.language', coalesce(language, ''), 1.0),
    ('articles', 'all', 1.0),
    ('articles.length', 'log', length)
) as said (series, key, value)
group by 1, 2, 3
on conflict (series, hour, key) do update set n = excluded.n, total = excluded.total
