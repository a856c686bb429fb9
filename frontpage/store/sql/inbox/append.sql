-- Take events in.
-- grain: event_inbox [event]; one row with their number
-- parameters: $1 received_at, then one array per column (asyncpg, numbered)
-- idempotence: of events with one event_id the first stays. In one order, so that two batches with the same events wait
-- for each other instead of dying of it
with appended as (
    insert into event_inbox (event_id, kind, reader_id, reader_key, article_id, occurred_at, received_at, dwell_seconds,
        position, run_id, surface, region, device, referrer)
    select event_id, kind, reader_id, reader_key, article_id, occurred_at, $1::timestamptz, dwell_seconds,
           position, run_id, surface, region, device, referrer
    from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[], $8::real[],
                $9::smallint[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[])
         with ordinality as event (event_id, kind, reader_id, reader_key, article_id, occurred_at, dwell_seconds,
                                   position, run_id, surface, region, device, referrer, place)
    order by event_id, place
    on conflict (event_id) do nothing
    returning 1
)
select count(*) as n from appended
