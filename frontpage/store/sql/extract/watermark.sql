-- Move the source's watermark; it never goes back.
-- grain: source_watermark [source]; parameters: source, as_of, state; idempotent
insert into source_watermark (source, as_of, state) values (%(source)s, %(as_of)s, %(state)s)
on conflict (source) do update
    set as_of = greatest(source_watermark.as_of, excluded.as_of), state = excluded.state, updated_at = clock_timestamp()
