-- Tables that one extract stages into, in a schema of its own (first on the search path).
-- grain: stage_attempt [attempt at a part], stage_part [part that is done: the attempt that counts],
--        stage_block [block of an attempt], the others [row read]
-- parameters: none; idempotence: the schema is new
create unlogged table stage_attempt (
    attempt bigint generated always as identity primary key,
    part_id text not null
);
create unlogged table stage_part (
    part_id text primary key,
    attempt bigint not null,
    state   jsonb not null default '{}'
);
create unlogged table stage_block (
    block      bigint generated always as identity primary key,
    attempt    bigint not null,
    file       text not null collate "C",
    first_row  bigint not null,
    n_rows     bigint not null,
    start_byte bigint not null,
    end_byte   bigint not null,
    rows_in    bigint not null,
    n_deferred bigint not null,
    next_at    timestamptz,
    keyed      boolean not null,
    timed      boolean not null,
    n_left_out bigint not null,
    seconds    jsonb not null
);
create unlogged table stage_article (
    block bigint, row_no bigint,
    article_id text, claimed_at timestamptz, url text, canonical_url text, title text, summary text, body text,
    language text, category text, publisher text, author text, published_at timestamptz, first_seen_at timestamptz,
    status text, content_hash text, signature bytea
);
create unlogged table stage_reader (
    block bigint, row_no bigint,
    reader_id text, claimed_at timestamptz, reader_key bigint, signed_up_at timestamptz, region text,
    interests text[], timezone text, email text, digest_opt_in boolean
);
create unlogged table stage_read (
    block bigint, row_no bigint,
    event_id text, claimed_at timestamptz, reader_id text, reader_key bigint, article_id text, kind text,
    occurred_at timestamptz, dwell_seconds real, surface text, region text, device text, referrer text
);
create unlogged table stage_impression (
    block bigint, row_no bigint,
    impression_id text, claimed_at timestamptz, reader_id text, reader_key bigint, article_id text,
    position smallint, clicked boolean, occurred_at timestamptz, run_id bigint, surface text
);
create unlogged table stage_quarantine (
    block bigint, row_no bigint,
    kind text, locator text, payload text, reason text, detail text
);
create unlogged table stage_mark (
    article_id text, duplicate_of text, duplicate_kind text
);
