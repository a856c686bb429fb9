-- Write down what became of a delivery, at once and for good.
-- grain: delivery
-- parameters: edition_id, reader_key, state, detail, wait_minutes (until a pending one may be tried again)
-- idempotence: the last word holds; sent_at stays the first one
update digest_delivery
set state = %(state)s, detail = %(detail)s, updated_at = clock_timestamp(),
    sent_at = case when %(state)s = 'sent' then coalesce(sent_at, clock_timestamp()) end,
    next_attempt_at = clock_timestamp() + %(wait_minutes)s * interval '1 minute'
where edition_id = %(edition_id)s and reader_key = %(reader_key)s
