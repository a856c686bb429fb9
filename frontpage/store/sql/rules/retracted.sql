-- Articles that are retracted now, whatever was known at any moment.
-- grain: article; parameters: none; read-only
select article_id from retraction where ended_at is null order by article_id collate "C"
