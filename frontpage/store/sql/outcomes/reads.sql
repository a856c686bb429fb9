-- Write reads beside their lists.
-- grain: read event
-- parameters: none but temporary table assigned
-- idempotence: a read stands beside one list, the last one shown before it
insert into list_read (event_id, outcome_id, article_id, occurred_at, dwell_seconds, position, maker_run)
select event_id, outcome_id, article_id, occurred_at, dwell_seconds, position, maker_run from assigned
on conflict (event_id) do update
set outcome_id = excluded.outcome_id, position = excluded.position, dwell_seconds = excluded.dwell_seconds,
    maker_run = excluded.maker_run
