-- What a reader asked of us, as in force now; a goodbye by mail, or a complaint, counts as asking for no digest.
-- grain: kind, value; ordered so; parameters: $1 reader_key; read-only (asyncpg, numbered)
with last_word as (
    select wants, how in ('one-click', 'page', 'complaint') as is_by_mail from digest_consent
    where reader_key = $1
    order by happened_at desc, consent_id desc limit 1
)
select kind, value
from (
    select kind, value from reader_preference
    where reader_key = $1 and ended_at is null
      and not (kind = 'digest' and exists (select from last_word where is_by_mail))
    union all
    select 'digest', case when wants then 'on' else 'off' end from last_word where is_by_mail
) wish
order by kind, value collate "C"
