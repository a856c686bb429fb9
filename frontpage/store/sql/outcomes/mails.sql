-- Mails that were sent, as outcomes to be filled.
-- grain: edition, reader
-- parameters: since (excluded), as_of, heavy_reads, activity_days
-- idempotence: a mail that has an outcome is left alone
insert into list_outcome
    (edition_id, reader_key, run_id, variant, surface, shown_at, region, activity, n_items, article_ids)
select mail.edition_id, mail.reader_key, edition.run_id, run.variant, 'email', mail.sent_at, edition.region,
       case when active.n = 0 then 'cold' when active.n < %(heavy_reads)s then 'light' else 'heavy' end,
       cardinality(mail.article_ids), mail.article_ids
from digest_delivery mail
join digest_edition edition using (edition_id)
join rec_run run using (run_id)
cross join lateral (
    select count(*) as n from (
        select from read_event read
        where read.reader_key = mail.reader_key and read.occurred_at < mail.sent_at
          and read.occurred_at >= mail.sent_at - %(activity_days)s * interval '1 day'
          and read.recorded_at <= mail.sent_at
        limit %(heavy_reads)s
    ) recent
) active
where mail.sent_at > %(since)s and mail.sent_at <= %(as_of)s and cardinality(mail.article_ids) > 0
on conflict (edition_id, reader_key) do nothing
