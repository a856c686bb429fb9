-- Serve no list of a variant any more; the run stays, as one that was superseded.
-- grain: at most one pointer
-- parameters: variant
-- idempotence: by nature
with gone as (
    delete from published_run where variant = %(variant)s returning run_id
)
update rec_run set state = 'superseded' where run_id in (select run_id from gone)
