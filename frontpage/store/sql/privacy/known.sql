-- What names a reader.
-- grain: at most one row; parameters: reader_key; read-only
select reader.reader_key, contact.email
from reader left join reader_contact contact using (reader_key)
where reader.reader_key = %(reader_key)s
