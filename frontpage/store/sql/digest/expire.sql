-- Give up what was opened too long ago: nobody wants the morning's mail at night.
-- grain: delivery
-- parameters: since (what was opened for that moment or before has expired)
-- idempotence: an expired edition has nothing waiting
with expired as (
    update digest_edition set state = 'expired', ended_at = clock_timestamp()
    where state = 'sending' and as_of <= %(since)s
    returning edition_id
)
update digest_delivery delivery
set state = 'skipped', updated_at = clock_timestamp(),
    detail = case state when 'sending' then 'interrupted, and then too late' else 'too late' end
from expired
where delivery.edition_id = expired.edition_id and delivery.state in ('pending', 'sending')
