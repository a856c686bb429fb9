"""The spine: canonical rows, output lists, models, delivery.

Revision ID: 0001
Revises:
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CANONICAL = """
create table extract_run (
    extract_id   bigint generated always as identity primary key,
    source       text not null,
    as_of        timestamptz not null,
    state        text not null default 'running' check (state in ('running', 'done', 'failed')),
    rows_in      bigint not null default 0,
    loaded       bigint not null default 0,
    updated      bigint not null default 0,
    unchanged    bigint not null default 0,
    quarantined  bigint not null default 0,
    deferred     bigint not null default 0,
    details      jsonb not null default '{}',
    started_at   timestamptz not null default clock_timestamp(),
    ended_at     timestamptz
);
comment on table extract_run is 'grain: one pull of one source; rows_in = loaded + updated + unchanged + quarantined';

create table source_watermark (
    source       text primary key,
    as_of        timestamptz not null,
    state        jsonb not null default '{}',
    updated_at   timestamptz not null default clock_timestamp()
);
comment on table source_watermark is 'grain: source; as_of is the newest moment whose question was answered from it';

create table article_version (
    article_id     text not null,
    recorded_at    timestamptz not null,
    url            text not null,
    canonical_url  text not null,
    title          text not null,
    summary        text,
    body           text,
    language       text,
    category       text,
    publisher      text,
    author         text,
    published_at   timestamptz,
    first_seen_at  timestamptz not null,
    content_hash   text not null,
    duplicate_of   text,
    duplicate_kind text check (duplicate_kind in ('url', 'content', 'near')),
    status         text not null default 'live' check (status in ('live', 'retracted')),
    source         text not null,
    extract_id     bigint not null,
    primary key (article_id, recorded_at)
);
comment on table article_version is 'grain: article, recorded_at; what was known of an article from recorded_at on';
create index article_version_recorded_at on article_version (recorded_at);
create index article_version_canonical_url on article_version (canonical_url);
create index article_version_content_hash on article_version (content_hash);
create table article_signature (
    article_id  text primary key,
    recorded_at timestamptz not null,
    signature   bytea not null
);
comment on table article_signature is 'grain: original article; MinHash of its first text, for marking near-duplicates';
create index article_signature_recorded_at on article_signature (recorded_at);

create view article as
    select distinct on (article_id) * from article_version order by article_id, recorded_at desc;
comment on view article is 'grain: article; the latest version';

create table reader (
    reader_key  bigint primary key,
    reader_id   text not null unique,
    recorded_at timestamptz not null
);
comment on table reader is 'grain: reader; the only place where the id and its pseudonym stand together';

create table reader_version (
    reader_key   bigint not null references reader,
    recorded_at  timestamptz not null,
    signed_up_at timestamptz,
    region       text,
    interests    text[],
    timezone     text,
    source       text not null,
    extract_id   bigint not null,
    primary key (reader_key, recorded_at)
);
comment on table reader_version is 'grain: reader, recorded_at; what was known of a reader from recorded_at on';

create table reader_contact (
    reader_key    bigint primary key references reader,
    email         text,
    digest_opt_in boolean not null default false,
    recorded_at   timestamptz not null,
    claimed_at    timestamptz
);
comment on table reader_contact is 'grain: reader; e-mail addresses, read by the digest only';
comment on column reader_contact.claimed_at is 'when the source says it learned of this; the newest claim wins';

create table read_event (
    event_id      text primary key,
    reader_key    bigint not null references reader,
    article_id    text not null,
    kind          text not null check (kind in ('read', 'like', 'bookmark', 'share', 'comment', 'follow')),
    occurred_at   timestamptz not null,
    recorded_at   timestamptz not null,
    dwell_seconds real check (dwell_seconds >= 0),
    surface       text,
    region        text,
    device        text,
    referrer      text,
    suspicion     text,
    source        text not null,
    extract_id    bigint not null
);
comment on table read_event is 'grain: event; suspicion says why it must not train anything, null for an honest read';
create index read_event_recorded_at on read_event (recorded_at);
create index read_event_reader on read_event (reader_key, occurred_at);

create table impression (
    impression_id text not null,
    article_id    text not null,
    reader_key    bigint not null references reader,
    position      smallint,
    clicked       boolean not null,
    occurred_at   timestamptz,
    recorded_at   timestamptz not null,
    source        text not null,
    extract_id    bigint not null,
    primary key (impression_id, article_id)
);
comment on table impression is 'grain: list shown, article';

create table quarantine (
    quarantine_id bigint generated always as identity primary key,
    source        text not null,
    kind          text not null,
    locator       text not null,
    payload       text not null,
    reason        text not null,
    detail        text not null default '',
    recorded_at   timestamptz not null,
    extract_id    bigint not null,
    released_at   timestamptz,
    unique (source, kind, locator)
);
comment on table quarantine is 'grain: rejected row; released_at is set when a later extract could load it after all';
create index quarantine_reason on quarantine (reason) where released_at is null;
"""

MODELS = """
create table training_run (
    training_id   bigint generated always as identity primary key,
    as_of         timestamptz not null,
    state         text not null default 'running' check (state in ('running', 'done', 'failed')),
    snapshot_hash text,
    params        jsonb not null default '{}',
    metrics       jsonb not null default '{}',
    resources     jsonb not null default '{}',
    tracker_refs  jsonb not null default '{}',
    started_at    timestamptz not null default clock_timestamp(),
    ended_at      timestamptz
);
comment on table training_run is 'grain: one training';

create table model_version (
    version       text primary key,
    as_of         timestamptz not null,
    training_id   bigint references training_run,
    stage         text not null default 'candidate'
                  check (stage in ('candidate', 'challenger', 'champion', 'archived', 'rejected')),
    artefact_uri  text not null,
    artefact_hash text not null,
    snapshot_hash text,
    parent        text references model_version,
    metrics       jsonb not null default '{}',
    gate          jsonb not null default '{}',
    created_at    timestamptz not null default clock_timestamp(),
    stage_changed_at timestamptz not null default clock_timestamp()
);
comment on table model_version is 'grain: version; lineage, metrics and stage. At most one champion';
create unique index model_version_one_champion on model_version (stage) where stage = 'champion';

create table model_stage_change (
    change_id      bigint generated always as identity primary key,
    version        text not null references model_version,
    previous_stage text not null,
    stage          text not null,
    reason         text not null,
    changed_at     timestamptz not null default clock_timestamp()
);
comment on table model_stage_change is 'grain: one change of a stage; the audit trail of who was champion when and why';
"""

OUTPUT = """
create table rec_run (
    run_id        bigint generated always as identity primary key,
    as_of         timestamptz not null,
    variant       text not null,
    attempt       integer not null,
    state         text not null default 'building'
                  check (state in ('building', 'built', 'passed', 'failed', 'published', 'superseded', 'dropped')),
    model_version text,
    snapshot_hash text,
    n_readers     bigint,
    n_rows        bigint,
    checksum      text,
    gate          jsonb not null default '{}',
    details       jsonb not null default '{}',
    created_at    timestamptz not null default clock_timestamp(),
    built_at      timestamptz,
    published_at  timestamptz,
    unique (as_of, variant, attempt)
);
comment on table rec_run is 'grain: as_of, variant, attempt; one list for everybody, built beside what is served';

create table recommendation (
    run_id           bigint not null,
    reader_key       bigint not null,
    rank             smallint not null check (rank between 1 and 10),
    article_id       text not null,
    score            real not null,
    candidate_source text not null,
    reasons          jsonb not null default '[]',
    primary key (run_id, reader_key, rank)
) partition by list (run_id);
comment on table recommendation is 'grain: run, reader, rank; one partition per run, attached when it is published';

create table fallback_list (
    run_id           bigint not null references rec_run,
    scope            text not null check (scope in ('global', 'region', 'category')),
    scope_value      text not null,
    rank             smallint not null check (rank between 1 and 10),
    article_id       text not null,
    score            real not null,
    candidate_source text not null,
    reasons          jsonb not null default '[]',
    primary key (run_id, scope, scope_value, rank)
);
comment on table fallback_list is 'grain: run, scope, scope_value, rank; for new and unknown readers';

create table published_run (
    variant      text primary key,
    run_id       bigint not null references rec_run,
    published_at timestamptz not null default clock_timestamp()
);
comment on table published_run is 'grain: variant; the pointer that decides what is served';

create table publication (
    publication_id bigint generated always as identity primary key,
    variant        text not null,
    run_id         bigint not null references rec_run,
    previous_run_id bigint,
    action         text not null check (action in ('publish', 'rollback')),
    reason         text not null default '',
    published_at   timestamptz not null default clock_timestamp()
);
comment on table publication is 'grain: one flip of the pointer; the audit trail of what was served when';

create table validation_run (
    validation_id bigint generated always as identity primary key,
    as_of         timestamptz not null,
    boundary      text not null,
    passed        boolean not null,
    results       jsonb not null,
    recorded_at   timestamptz not null default clock_timestamp()
);
comment on table validation_run is 'grain: one check of one boundary table; each expectation, severity and outcome';
"""

DELIVERY = """
create table digest_edition (
    edition_id text primary key,
    as_of      timestamptz not null,
    run_id     bigint not null references rec_run,
    state      text not null default 'sending' check (state in ('sending', 'sent')),
    created_at timestamptz not null default clock_timestamp(),
    ended_at   timestamptz
);
comment on table digest_edition is 'grain: edition';

create table digest_delivery (
    edition_id text not null references digest_edition,
    reader_key bigint not null references reader,
    state      text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'failed', 'skipped')),
    message_id text not null unique,
    detail     text not null default '',
    updated_at timestamptz not null default clock_timestamp(),
    primary key (edition_id, reader_key)
);
comment on table digest_delivery is 'grain: edition, reader; the outbox';
"""

FEATURES = """
create schema feast;
comment on schema feast is 'states that Feast reads; its online tables and its registry are made beside them by Feast';

create table feast.article_state (
    article_id        text not null,
    event_timestamp   timestamptz not null,
    category          text,
    publisher         text,
    language          text,
    started_us        bigint,
    first_read_us     bigint,
    last_read_us      bigint,
    decayed_reads     double precision[] not null,
    n_reads           bigint not null,
    dwell_sum_seconds double precision not null,
    dwell_count       bigint not null,
    fingerprint       bigint not null,
    primary key (article_id, event_timestamp) include (fingerprint)
);
comment on table feast.article_state is
    'grain: article, event_timestamp (the as_of that saw it change); *_us: microseconds since 1970';

create table feast.article_region_state (
    article_id      text not null,
    region          text not null,
    event_timestamp timestamptz not null,
    last_read_us    bigint,
    decayed_reads   double precision[] not null,
    n_reads         bigint not null,
    fingerprint     bigint not null,
    primary key (article_id, region, event_timestamp) include (fingerprint)
);
comment on table feast.article_region_state is 'grain: article, region, event_timestamp';

create table feast.region_state (
    region            text not null,
    event_timestamp   timestamptz not null,
    last_read_us      bigint,
    decayed_reads     double precision[] not null,
    top_decayed_reads double precision[] not null,
    n_reads           bigint not null,
    dwell_sum_seconds double precision not null,
    dwell_count       bigint not null,
    fingerprint       bigint not null,
    primary key (region, event_timestamp) include (fingerprint)
);
comment on table feast.region_state is 'grain: region, event_timestamp; the empty region is everywhere';

create table feast.reader_state (
    reader_key           bigint not null,
    event_timestamp      timestamptz not null,
    region               text,
    language             text,
    interests            text[] not null,
    last_read_us         bigint,
    decayed_reads        double precision[] not null,
    n_reads              bigint not null,
    median_dwell_seconds double precision,
    categories           text[] not null,
    category_shares      double precision[] not null,
    publishers           text[] not null,
    publisher_shares     double precision[] not null,
    recent_articles      text[] not null,
    recent_dwell_seconds double precision[] not null,
    fingerprint          bigint not null,
    primary key (reader_key, event_timestamp) include (fingerprint)
);
comment on table feast.reader_state is 'grain: reader, event_timestamp';

create table feast.state_tick (
    as_of      timestamptz primary key,
    n_changed  bigint not null,
    written_at timestamptz not null default clock_timestamp()
);
comment on table feast.state_tick is 'grain: as_of whose states are written, all of them or none';
"""

TABLES = (
    *("digest_delivery", "digest_edition", "validation_run", "publication", "published_run", "fallback_list"),
    *("recommendation", "rec_run", "model_stage_change", "model_version", "training_run", "quarantine"),
    *("impression", "read_event", "reader_contact", "reader_version", "reader"),
)


def upgrade() -> None:
    """Create every table of the spine."""
    for statements in (CANONICAL, MODELS, OUTPUT, DELIVERY, FEATURES):
        op.execute(statements)


def downgrade() -> None:
    """Drop them again; data is gone."""
    op.execute("drop schema if exists feast cascade")  # with the tables that Feast made in it
    for table in TABLES:
        op.execute(f"drop table {table}")
    op.execute("drop view article")
    for table in ("article_signature", "article_version", "source_watermark", "extract_run"):
        op.execute(f"drop table {table}")
