-- Record a request of a link and say what it was; after digest_click_lock.
-- grain: request
-- parameters: $1 edition_id, $2 reader_key, $3 position, $4 article_id, $5 verdict by the request itself, $6 device,
-- $7 seconds of a burst, $8 links of a mail that make a burst, $9 seconds after sending that are too soon for a person
-- idempotence: none, each request is one row. Where it completes a burst, the rest of the burst was none of a person's
-- either.
with recent as (
    select click_id, position from link_click
    where edition_id = $1 and reader_key = $2 and clicked_at > clock_timestamp() - $7::float8 * interval '1 second'
), burst as (
    select count(distinct position) >= $8::int as is_one
    from (select position from recent union all select $3::smallint) links
), sent as (
    select max(sent_at) as sent_at from digest_delivery where edition_id = $1 and reader_key = $2
), mended as (
    update link_click set verdict = 'burst'
    where verdict = 'human' and click_id in (select click_id from recent) and (select is_one from burst)
)
insert into link_click (edition_id, reader_key, position, article_id, verdict, device)
select $1, $2, $3, $4,
       case when $5 <> 'human' then $5
            when burst.is_one then 'burst'
            when sent.sent_at is null or sent.sent_at > clock_timestamp() - $9::float8 * interval '1 second' then 'too soon'
            else 'human' end,
       $6
from burst cross join sent
