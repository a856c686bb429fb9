-- Forget the states of one moment, so that they are written as if for the first time. For benches.
-- grain: entity
-- parameters: as_of
-- idempotence: by nature
with ticks as (
    delete from feast.state_tick where as_of = %(as_of)s
), articles as (
    delete from feast.article_state where event_timestamp = %(as_of)s
), audiences as (
    delete from feast.article_audience_state where event_timestamp = %(as_of)s
), totals as (
    delete from feast.total_state where event_timestamp = %(as_of)s
)
delete from feast.reader_state where event_timestamp = %(as_of)s
