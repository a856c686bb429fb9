-- Keep the signatures of new originals for the pulls of the next days.
-- grain: article_signature [article]; parameters: none; idempotence: an article has one
insert into article_signature (article_id, recorded_at, signature)
select article_id, effective_at, signature from article_outcome
where outcome = 'loaded' and signature is not null and article_id not in (select article_id from stage_mark)
on conflict (article_id) do nothing
