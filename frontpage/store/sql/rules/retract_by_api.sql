-- Retract an article with its copies, or take that back, as the API does; audited in the same transaction.
-- grain: article whose status changed
-- parameters: $1 article_id, $2 is_retracted, $3 actor, $4 reason, $5 with_near (asyncpg, numbered)
-- idempotence: what is so already is left alone and gives no row
select article_id from set_retracted($1, $2, $3, $4, $5) as article_id
