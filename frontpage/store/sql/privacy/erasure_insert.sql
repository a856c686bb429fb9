-- Keep the report of an erasure.
-- grain: erasure; parameters: subject, erased_at, actor, reason, report (jsonb), signature
-- idempotence: none; each erasure has its report
insert into erasure (subject, erased_at, actor, reason, report, signature)
values (%(subject)s, %(erased_at)s, %(actor)s, %(reason)s, %(report)s, %(signature)s)
