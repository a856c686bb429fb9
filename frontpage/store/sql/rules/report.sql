-- Keep a report of a misleading article; audited in the same transaction.
-- grain: article, reporter; parameters: article_id, reporter, channel, said, evidence, most
-- idempotence: one word of each reporter; again is `repeated`
select report_misleading(%(article_id)s, %(reporter)s, %(channel)s, %(said)s, %(evidence)s, %(most)s) as outcome
