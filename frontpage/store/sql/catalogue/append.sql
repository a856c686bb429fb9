-- Take a batch of articles or readers in, unless it is there: the same batch_id (a lost answer), the same key of its
-- sender, or, without a key, the content of the sender's last batch of the kind.
-- grain: catalogue_batch; one row, none where another request with this key was faster: then ask again
-- parameters: $1 batch_id, $2 kind, $3 sender, $4 idempotency_key (nullable), $5 content_hash, $6 received_at,
-- $7 article_ids, $8 payloads, $9 reader_keys (asyncpg, numbered)
-- idempotence: see above; another content under a known key is for the caller to refuse
with newest as (
    select * from catalogue_batch where sender = $3::text and kind = $2::text order by batch_no desc limit 1
), known as (
    select batch_id, content_hash, n_rows from catalogue_batch
    where batch_id = $1::text or sender = $3::text and idempotency_key = $4::text
    union
    select batch_id, content_hash, n_rows from newest where $4::text is null and content_hash = $5::text
    limit 1
), batch as (
    insert into catalogue_batch (batch_id, kind, sender, idempotency_key, content_hash, n_rows, article_ids, received_at)
    select $1::text, $2::text, $3::text, $4::text, $5::text, cardinality($8::text[]), $7::text[], $6::timestamptz
    where not exists (select from known)
    on conflict do nothing
    returning batch_id, content_hash, n_rows
), line as (
    insert into catalogue_row (batch_id, kind, place, payload, reader_key, received_at)
    select batch.batch_id, $2::text, sent.place - 1, sent.payload, sent.reader_key, $6::timestamptz
    from batch cross join unnest($8::text[], $9::bigint[]) with ordinality as sent (payload, reader_key, place)
    order by sent.place
)
select batch_id, content_hash, n_rows, false as is_repeated from batch
union all
select batch_id, content_hash, n_rows, true from known
