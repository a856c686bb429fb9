-- In how many of the served lists an article stands, and how often it was read.
-- grain: one row; parameters: article_id; read-only
select listed.n_lists, listed.best, reads.n_reads, reads.n_readers, reads.seconds, reads.first_read_at, reads.n_suspicious
from (
    select count(*) as n_lists, min(rank) as best from recommendation
    where article_id = %(article_id)s and run_id = (select run_id from published_run where variant = 'champion')
) listed
cross join (
    select count(*) filter (where suspicion is null) as n_reads, count(distinct reader_key) as n_readers,
           sum(dwell_seconds) filter (where suspicion is null) as seconds, min(occurred_at) as first_read_at,
           count(suspicion) as n_suspicious
    from read_event where article_id = %(article_id)s and kind = 'read'
) reads
