-- Retract an article with its copies, or take that back; audited in the same transaction.
-- grain: article whose status changed
-- parameters: article_id, is_retracted, actor, reason, with_near (near-duplicates too)
-- idempotence: what is so already is left alone and gives no row
select article_id from set_retracted(%(article_id)s, %(is_retracted)s, %(actor)s, %(reason)s, %(with_near)s) as article_id
