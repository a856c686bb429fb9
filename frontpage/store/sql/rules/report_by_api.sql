-- Keep a report of a misleading article; audited in the same transaction.
-- grain: article, reporter
-- parameters: $1 article_id, $2 reporter, $3 channel, $4 words, $5 evidence, $6 most a day (asyncpg, numbered)
-- idempotence: one word of each reporter; again is `repeated`
select report_misleading($1, $2, $3, $4, $5, $6) as outcome
