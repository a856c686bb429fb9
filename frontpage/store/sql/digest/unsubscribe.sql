-- Note that a reader does not want the digest any more.
-- grain: change of mind
-- parameters: $1 reader_key, $2 how (one-click | page), $3 edition_id of the mail
-- idempotence: reader; who does not want it already stays as they are
insert into digest_consent (reader_key, wants, how, source, happened_at)
select $1, false, $2, $3, clock_timestamp()
where (
    select wants from digest_consent where reader_key = $1 order by happened_at desc, consent_id desc limit 1
) is distinct from false
