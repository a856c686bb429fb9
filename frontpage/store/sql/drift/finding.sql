-- A finding of a tick.
-- grain: tick, series, key
-- parameters: as_of, series, key, kind, value, expected, z, is_confirmed
-- idempotence: a tick that is judged again says the same
insert into drift_finding (as_of, series, key, kind, value, expected, z, is_confirmed)
values (%(as_of)s, %(series)s, %(key)s, %(kind)s, %(value)s, %(expected)s, %(z)s, %(is_confirmed)s)
on conflict (as_of, series, key) do update set
    kind = excluded.kind, value = excluded.value, expected = excluded.expected, z = excluded.z,
    is_confirmed = excluded.is_confirmed
