-- Stage again what waited in quarantine for an article that is known now, as a block of its own.
-- grain: released [row]; parameters: source
-- idempotence: a released row is marked in the same transaction that loads it
create temporary table released on commit drop as
with waiting as (
    select q.quarantine_id, q.kind, q.payload::jsonb as payload
    from quarantine q
    where q.source = %(source)s and q.reason = 'unknown_article' and q.released_at is null
), known as (
    select w.* from waiting w
    where exists (select 1 from article_version a where a.article_id = w.payload ->> 'article_id')
), block as (
    insert into stage_block (attempt, file, first_row, n_rows, start_byte, end_byte, rows_in, n_deferred, keyed, timed,
        n_left_out, seconds)
    select 0, 'released', 0, count(*), 0, 0, count(*), 0, true, true, 0, '{}' from known having count(*) > 0
    returning block
), reads as (
    insert into stage_read
    select (jsonb_populate_record(null::stage_read,
            k.payload || jsonb_build_object('block', b.block, 'row_no', k.quarantine_id))).*
    from known k cross join block b where k.kind = 'reads'
), impressions as (
    insert into stage_impression
    select (jsonb_populate_record(null::stage_impression,
            k.payload || jsonb_build_object('block', b.block, 'row_no', k.quarantine_id))).*
    from known k cross join block b where k.kind = 'impressions'
)
select quarantine_id from known
