"""States of audiences and totals: the source tables of Feast in their new form.

States are derived from the canonical tables, so none is carried over: the next `frontpage features` writes them anew,
and Feast makes its registry and its online tables again when its definitions are applied.

Revision ID: 0004
Revises: 0003
"""

from importlib import import_module

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

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

create table feast.article_audience_state (
    article_id      text not null,
    audience        text not null,
    event_timestamp timestamptz not null,
    last_read_us    bigint,
    decayed_reads   double precision[] not null,
    n_reads         bigint not null,
    fingerprint     bigint not null,
    primary key (article_id, audience, event_timestamp) include (fingerprint)
);
comment on table feast.article_audience_state is
    'grain: article, audience, event_timestamp; an audience is region=.., device=.. or referrer=..';

create table feast.total_state (
    scope             text not null,
    event_timestamp   timestamptz not null,
    last_read_us      bigint,
    decayed_reads     double precision[] not null,
    n_reads           bigint not null,
    dwell_sum_seconds double precision not null,
    dwell_count       bigint not null,
    fingerprint       bigint not null,
    primary key (scope, event_timestamp) include (fingerprint)
);
comment on table feast.total_state is
    'grain: scope, event_timestamp; an audience, category=.., publisher=.., and the empty scope is everywhere';

create table feast.reader_state (
    reader_key           bigint not null,
    event_timestamp      timestamptz not null,
    region               text,
    device               text,
    referrer             text,
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

PROPENSITY = """
alter table recommendation add column propensity real not null default 1;
comment on column recommendation.propensity is
    'the chance with which this article was given this place; below 1 only where a place is drawn by lot';
"""


def upgrade() -> None:
    """Empty tables of the new form; the states of the old one are gone."""
    op.execute("drop schema feast cascade")  # with the tables that Feast made in it
    op.execute(FEATURES)
    op.execute(PROPENSITY)


def downgrade() -> None:
    """Empty tables of the first form again."""
    op.execute("alter table recommendation drop column propensity")
    op.execute("drop schema feast cascade")
    op.execute(import_module("frontpage.store.migrations.versions.0001_spine").FEATURES)
