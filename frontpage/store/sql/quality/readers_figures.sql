-- What the readers known at as_of amount to.
-- grain: one row; a figure is null where there is too little to judge by
-- parameters (session settings): frontpage.as_of; read-only
with moment as (
    select current_setting('frontpage.as_of')::timestamptz as as_of
), known as (
    select count(*) as n,
           count(*) filter (where recorded_at > as_of - interval '1 day') as n_new,
           count(*) filter (where recorded_at <= as_of - interval '1 day') as n_before
    from reader, moment where recorded_at <= as_of
), orphans as (
    select count(*) as n
    from (
        select reader_key from reader_version, moment where recorded_at <= as_of
        union
        select reader_key from reader_contact, moment where recorded_at <= as_of
    ) named
    where not exists (select from reader where reader.reader_key = named.reader_key)
), categories as (
    select distinct category from article_version, moment
    where category is not null and recorded_at <= as_of and recorded_at > as_of - interval '29 days'
), picks as (
    select count(*) as n, avg((pick in (select category from categories))::int) as known_share
    from reader_version, moment, unnest(interests) as pick
    where recorded_at <= as_of and recorded_at > as_of - interval '29 days'
)
select known.n as n_readers,
       orphans.n as n_orphans,
       case when known.n_before >= 1000 then known.n_new::float8 / known.n_before end as growth,
       case when picks.n >= 50 and exists (select from categories) then picks.known_share end as known_interest_share
from known, orphans, picks
