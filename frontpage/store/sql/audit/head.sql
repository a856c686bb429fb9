-- How long the chain is, its last hash, and whether it holds an earlier one.
-- grain: one row; parameters: expected (hexadecimal hash that was noted earlier, nullable); read-only
select n_entries, encode(hash, 'hex') as hash,
       %(expected)s::text is null or exists (select from audit_entry where hash = decode(%(expected)s, 'hex')) as holds_expected
from audit_head
