-- The shape of article_version: its columns and their types, without a row.
-- grain: none
-- parameters: none; read-only
select * from article_version where false
