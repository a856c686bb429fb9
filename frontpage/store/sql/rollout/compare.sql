-- A run's lists beside those of another for the same readers.
-- grain: one row
-- parameters: {one} table of the run, {other} table of the other; read-only
-- overlap: mean over readers who have both of the share of the list's places that the other list has too.
with mine as (
    select reader_key, count(*) as n,
           count(*) filter (where score = 'NaN' or score = 'Infinity' or score = '-Infinity') as n_unsound
    from {one} group by reader_key
), both_lists as (
    select mine.reader_key, mine.n, count(shared.article_id) as n_shared
    from mine
    join lateral (select 1 from {other} theirs where theirs.reader_key = mine.reader_key limit 1) there on true
    join {one} list on list.reader_key = mine.reader_key
    left join {other} shared on shared.reader_key = list.reader_key and shared.article_id = list.article_id
    group by mine.reader_key, mine.n
)
select (select count(*) from mine) as n_lists,
       (select coalesce(sum(n_unsound), 0) from mine)::bigint as n_unsound,
       (select count(distinct article_id) from {one}) as n_articles,
       (select avg(n_shared::float8 / n) from both_lists) as overlap
