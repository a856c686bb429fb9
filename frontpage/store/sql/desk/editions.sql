-- Editions of the digest, newest first, with what became of their mails.
-- grain: edition; parameters: most; read-only
select edition.edition_id, edition.region, edition.local_day, edition.due_at, edition.state, edition.run_id,
       edition.ended_at, stop.stopped_at, mails.pending, mails.sent, mails.failed, mails.skipped,
       (select count(*) from link_click click where click.edition_id = edition.edition_id and click.verdict = 'human') as clicks
from (select * from digest_edition order by due_at desc, edition_id limit %(most)s) edition
left join digest_stop stop on stop.edition_id in (edition.edition_id, 'all')
cross join lateral (
    select count(*) filter (where state in ('pending', 'sending')) as pending, count(*) filter (where state = 'sent') as sent,
           count(*) filter (where state = 'failed') as failed, count(*) filter (where state = 'skipped') as skipped
    from digest_delivery delivery where delivery.edition_id = edition.edition_id
) mails
order by edition.due_at desc, edition.edition_id
