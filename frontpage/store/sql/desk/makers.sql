-- Who flipped the pointer last, and why.
-- grain: flip, newest first; parameters: most; read-only
select publication.published_at, publication.variant, publication.run_id, publication.previous_run_id, publication.action,
       publication.reason, publication.actor, run.as_of, run.model_version
from publication
join rec_run run using (run_id)
order by publication_id desc
limit %(most)s
