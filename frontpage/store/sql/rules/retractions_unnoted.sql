-- Retractions in force whose readers have not been written down yet.
-- grain: article; parameters: none; read-only
select article_id from retraction where ended_at is null and noted_at is null order by article_id
