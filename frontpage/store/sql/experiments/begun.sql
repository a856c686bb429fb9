-- Since when every variant of an experiment has been shown: readers count from then on.
-- grain: one row; null as long as one of them has not been shown
-- parameters: since, until (excluded), variants; read-only
select case when count(*) = cardinality(%(variants)s::text[]) then max(first_at) end as begun_at
from (
    select variant, min(shown_at) as first_at from list_outcome
    where shown_at >= %(since)s and shown_at < %(until)s and variant = any(%(variants)s::text[])
      and fallback is null and surface <> 'email'
    group by variant
) shown
