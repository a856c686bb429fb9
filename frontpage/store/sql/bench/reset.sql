-- Forget all states, runs and validations, and the tables that Feast and runs made beside the schema's own; canonical
-- tables and versions stay. For benches.
-- grain: none
-- parameters: none
-- idempotence: by nature
do $$
declare made regclass;
begin
    for made in
        select format('%I.%I', schemaname, tablename)::regclass from pg_tables
        where (schemaname = 'feast' and tablename not in (
                  'article_state', 'article_audience_state', 'total_state', 'reader_state', 'state_tick'))
           or tablename ~ '^recommendation_[0-9]+$'
    loop
        execute format('drop table %s cascade', made);
    end loop;
end $$;
truncate feast.article_state, feast.article_audience_state, feast.total_state, feast.reader_state, feast.state_tick,
    rec_run, published_run, publication, fallback_list, validation_run cascade
