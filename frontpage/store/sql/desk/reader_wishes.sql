-- What a reader asked of us, in force now.
-- grain: kind, value; parameters: reader_key; read-only
select kind, value, recorded_at from reader_preference
where reader_key = %(reader_key)s and ended_at is null
order by kind, value
