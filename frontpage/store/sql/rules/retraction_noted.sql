-- The readers of a retracted article are written down; whoever keeps lists in memory looks them up again.
-- grain: retraction in force; parameters: article_id
-- idempotence: again is as good as once. Listeners are told by NOTIFY reader_changed, without a name: anybody
with noted as (
    update retraction set noted_at = clock_timestamp() where article_id = %(article_id)s and ended_at is null returning 1
)
select pg_notify('reader_changed', '') from noted
