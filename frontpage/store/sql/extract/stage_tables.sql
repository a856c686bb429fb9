-- Tables that one extract stages into, in a schema of its own (first on the search path).
-- Those of rows (stage_article, stage_reader, stage_read, stage_impression) are made of the shapes in core/schema.
-- grain: stage_attempt [attempt at a part], stage_part [part that is done: the attempt that counts],
--        stage_block [block of an attempt], stage_quarantine [rejected row], stage_mark [copy of an article]
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
create unlogged table stage_quarantine (
    block bigint, row_no bigint,
    kind text, locator text, payload text, reason text, detail text
);
create unlogged table stage_mark (
    article_id text, duplicate_of text, duplicate_kind text
);
