-- Move what the API received by as_of from the inbox to the staging tables, as one block of one finished part.
-- grain: staged row; parameters: as_of, nobody (ids of the inbox that are no reader's: their rows are quarantined)
-- idempotence: part of the merge's transaction: a row leaves the inbox exactly when it is loaded or quarantined
with attempt as (
    insert into stage_attempt (part_id) values ('inbox') returning attempt
), part as (
    insert into stage_part (part_id, attempt) select 'inbox', attempt from attempt
), taken as (
    delete from event_inbox where received_at <= %(as_of)s returning *
), numbered as (
    select *, row_number() over (order by received_at, occurred_at, event_id collate "C") as row_no from taken
), block as (
    insert into stage_block (attempt, file, first_row, n_rows, start_byte, end_byte, rows_in, n_deferred, keyed, timed,
        n_left_out, seconds)
    select attempt, 'inbox', 1, (select count(*) from taken), 0, 0, (select count(*) from taken),
           (select count(*) from event_inbox where received_at > %(as_of)s), true, true, 0, '{}'
    from attempt
    returning block
), reads as (
    insert into stage_read (block, row_no, event_id, claimed_at, reader_id, reader_key, article_id, kind, occurred_at,
        dwell_seconds, surface, region, device, referrer)
    select block, row_no, event_id, received_at, reader_id, reader_key, article_id, kind, occurred_at, dwell_seconds,
           surface, region, device, referrer
    from numbered cross join block
    where kind <> 'exposure' and reader_id <> all(%(nobody)s::text[])
), nobodys as (
    insert into stage_quarantine (block, row_no, kind, locator, payload, reason, detail)
    select block, row_no, case when kind = 'exposure' then 'impressions' else 'reads' end, 'inbox#' || event_id,
           left(to_jsonb(numbered)::text, 4000), 'no_reader', 'reader_id ' || left(reader_id, 60) || ' is nobody''s'
    from numbered cross join block
    where reader_id = any(%(nobody)s::text[])
)
insert into stage_impression (block, row_no, impression_id, claimed_at, reader_id, reader_key, article_id, position,
    occurred_at, run_id, surface)
select block, row_no, event_id, received_at, reader_id, reader_key, article_id, position, occurred_at, run_id, surface
from numbered cross join block
where kind = 'exposure' and reader_id <> all(%(nobody)s::text[])
