-- For whose articles readers of an interleaving decided, within its horizon.
-- grain: reader, variant that put the article into the list
-- parameters: since, until (excluded), horizon_hours, variant (of the interleaved runs); read-only
with shown as (
    select outcome_id, reader_key, shown_at from list_outcome
    where shown_at >= %(since)s and shown_at < %(until)s and variant = %(variant)s and fallback is null
), first as (
    select reader_key, min(shown_at) as first_at from shown group by reader_key
)
select shown.reader_key, maker.variant, count(distinct list_read.article_id) as reads
from shown
join first using (reader_key)
join list_read using (outcome_id)
join rec_run maker on maker.run_id = list_read.maker_run
where list_read.position is not null and list_read.occurred_at < first_at + %(horizon_hours)s * interval '1 hour'
group by shown.reader_key, maker.variant
