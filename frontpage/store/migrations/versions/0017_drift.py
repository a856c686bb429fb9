"""Hourly aggregates, what was found in them, and what was done about it; figures of each day.

Revision ID: 0017
Revises: 0016
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

DRIFT = """
create table drift_aggregate (
    series text not null,
    key    text not null,
    hour   timestamptz not null,
    n      bigint not null,
    total  double precision not null,
    primary key (series, hour, key)
);
comment on table drift_aggregate is
    'grain: series, key, hour (its end); n: how many rows became known in that hour, total: the sum of their values';

create table drift_finding (
    as_of        timestamptz not null,
    series       text not null,
    key          text not null,
    kind         text not null check (kind in ('shift', 'new', 'vanished', 'change', 'stale', 'skew')),
    value        double precision not null,
    expected     double precision not null,
    z            double precision,
    is_confirmed boolean not null,
    primary key (as_of, series, key)
);
comment on table drift_finding is
    'grain: tick, series, key; what differed from the same weekday and hour of past weeks. Confirmed: on two ticks';

create table drift_answer (
    as_of        timestamptz primary key,
    action       text not null check (action in ('none', 'retrain', 'search')),
    reason       text not null,
    skipped      text not null default '',
    recorded_at  timestamptz not null default clock_timestamp()
);
comment on table drift_answer is
    'grain: tick with confirmed findings; what was started for which reason, or because of what it was not';
"""

BUSINESS = """
create table business_day (
    day               date not null,
    region            text not null,
    segment           text not null,
    variant           text not null,
    readers           bigint not null,
    reading_seconds   double precision not null,
    reads             bigint not null,
    visits            bigint not null,
    recommended_reads bigint not null,
    returning_readers bigint not null,
    new_readers       bigint not null,
    primary key (day, region, segment, variant)
);
comment on table business_day is
    'grain: day (UTC), region, segment, variant; visits: reads with repeats, which teach nothing and are counted here';

create table business_cost (
    day           date primary key,
    cpu_hours     double precision not null,
    gb_hours      double precision not null,
    gb_written    double precision not null,
    lists         bigint not null,
    cost          double precision not null
);
comment on table business_cost is 'grain: day (UTC); what the executions of the day took, at the prices of that day';
"""


def upgrade() -> None:
    op.execute(DRIFT)
    op.execute(BUSINESS)


def downgrade() -> None:
    """Aggregates can be counted anew; findings and answers are forgotten."""
    for table in ("business_cost", "business_day", "drift_answer", "drift_finding", "drift_aggregate"):
        op.execute(f"drop table {table}")
