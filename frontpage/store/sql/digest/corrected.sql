-- A reader's mail has told them of their corrections.
-- grain: correction; parameters: reader_key, edition_id, article_ids
-- idempotence: what an earlier mail told stays told by it
update correction set edition_id = %(edition_id)s
where reader_key = %(reader_key)s and article_id = any(%(article_ids)s) and edition_id is null
