-- Replace what a reader asked of us: of the kinds given, exactly the values given are in force from now on.
-- grain: reader_preference [reader, kind, value, recorded_at]
-- parameters: $1 reader_key, $2 now, $3 kinds, $4 and $5 kind and value of each wish (asyncpg, numbered)
-- idempotence: what is in force already stays as it is. Whoever keeps lists of the reader is told by NOTIFY reader_changed
with wish as (
    select distinct kind, value from unnest($4::text[], $5::text[]) as wish (kind, value)
), ended as (
    update reader_preference known
    set ended_at = greatest($2::timestamptz, known.recorded_at + interval '1 microsecond')
    where reader_key = $1 and ended_at is null and kind = any($3::text[])
      and not exists (select from wish where wish.kind = known.kind and wish.value = known.value)
    returning 1
), begun as (
    insert into reader_preference (reader_key, kind, value, recorded_at)
    select $1, wish.kind, wish.value,
           greatest($2::timestamptz, (
               select max(ended_at) from reader_preference known
               where known.reader_key = $1 and known.kind = wish.kind and known.value = wish.value
           ))
    from wish
    where not exists (
        select from reader_preference known
        where known.reader_key = $1 and known.kind = wish.kind and known.value = wish.value and known.ended_at is null
    )
    on conflict do nothing
    returning 1
), contact as (
    -- The newest claim about the digest wins, as between sources; an address we do not have is not made up.
    update reader_contact
    set digest_opt_in = wish.value = 'on', recorded_at = $2, claimed_at = $2
    from wish
    where reader_contact.reader_key = $1 and wish.kind = 'digest'
      and coalesce(reader_contact.claimed_at, reader_contact.recorded_at) <= $2
)
select pg_notify('reader_changed', $1::bigint::text)
where exists (select from ended) or exists (select from begun)
