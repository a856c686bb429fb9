-- Sums of the lists whose reads have changed.
-- grain: list shown
-- parameters: max_dwell_seconds (a longer read is a forgotten tab); temporary table assigned
-- idempotence: sums are made anew of all reads of a list
with touched as (
    select outcome_id from assigned union select former_id from assigned where former_id is not null
), of_article as (
    select outcome_id, article_id, min(position) as position, min(occurred_at) as first_at,
           sum(least(coalesce(dwell_seconds, 0), %(max_dwell_seconds)s)) as seconds
    from list_read join touched using (outcome_id)
    group by outcome_id, article_id
), total as (
    select outcome_id, count(position) as n_reads, count(article_id) - count(position) as n_other_reads,
           coalesce(sum(seconds) filter (where position is not null), 0) as reading_seconds,
           coalesce(sum(seconds) filter (where position is null), 0) as other_seconds,
           min(position) as best_position, min(first_at) filter (where position is not null) as first_at,
           coalesce(sum(ln(2.0) / ln(position + 1.0)) filter (where position <= 10), 0) as gain,
           least(count(article_id), 10) as n_ideal
    from touched left join of_article using (outcome_id)
    group by outcome_id
)
update list_outcome shown
set n_reads = total.n_reads, n_other_reads = total.n_other_reads, reading_seconds = total.reading_seconds,
    other_seconds = total.other_seconds, best_position = total.best_position,
    seconds_to_read = extract(epoch from total.first_at - shown.shown_at),
    ndcg_at_10 = total.gain / (
        select sum(ln(2.0) / ln(place + 1.0)) from generate_series(1, total.n_ideal) place
    )
from total
where shown.outcome_id = total.outcome_id
