-- Write the new impressions.
-- grain: impression [list shown, article]; parameters: source, extract_id
-- idempotence: impression_outcome holds only what is not known yet
insert into impression (impression_id, article_id, reader_key, position, clicked, occurred_at, recorded_at, run_id,
    surface, source, extract_id)
select impression_id, article_id, reader_key, position, clicked, occurred_at, effective_at, run_id,
       surface, %(source)s, %(extract_id)s
from impression_outcome where outcome = 'loaded'
order by effective_at, impression_id collate "C", article_id collate "C"
