-- Forget all states, runs and validations; canonical tables and versions stay. For benches.
-- grain: none
-- parameters: none
-- idempotence: by nature
truncate feast.article_state, feast.article_audience_state, feast.total_state, feast.reader_state, feast.state_tick,
    rec_run, published_run, publication, fallback_list, validation_run cascade
