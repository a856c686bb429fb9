-- Articles that are retracted now, whatever was known at any moment; or that were when somebody looked.
-- grain: article; parameters: at (nullable: now); read-only
select distinct article_id from retraction
where case when %(at)s::timestamptz is null then ended_at is null
           else retracted_at <= %(at)s and (ended_at is null or ended_at > %(at)s) end
order by article_id
