-- Addresses that the newest key has not sealed: in clear, or under an older key.
-- grain: reader_contact [reader], lowest pseudonym first
-- parameters: current (how what the newest key sealed begins), after (reader_key), most; read-only
select reader_key, email
from reader_contact
where reader_key > %(after)s and email is not null and not starts_with(email, %(current)s)
order by reader_key
limit %(most)s
