"""A small newsroom in which nothing is wrong, and one fault for each expectation that stops a run."""

from datetime import UTC, datetime

from frontpage.quality.declare import Boundary
from frontpage.store.connect import Connection, execute
from frontpage.store.lists import runs

#: A Wednesday morning.
AS_OF = datetime(2026, 3, 4, 10, tzinfo=UTC)

#: 29.5 days: an article every six minutes, a read about every five, fifty readers.
HEALTHY = """
insert into article_version
select 'a' || i, t, 'https://news.example/' || i, 'https://news.example/' || i, 'title ' || i,
       'summary ' || i, null, 'en',
       (array['sport', 'science', 'politics'])[1 + i % 3], 'publisher ' || i % 4, null, t - interval '2 min', t,
       md5(i::text), null, null, 'live', 'feed', 1
from (select i, timestamptz '2026-03-04 10:00+00' - i * interval '6 min' as t from generate_series(0, 7079) i) moments;
insert into reader select i, 'reader-' || i, '2026-01-01 00:00+00' from generate_series(1, 50) i;
insert into reader_version
select i, '2026-01-01 00:00+00', '2026-01-01 00:00+00', 'north', array['sport'], 'Europe/Rome', 'readers', 1
from generate_series(1, 50) i;
insert into read_event
select 'e' || i, 1 + (i::bigint * i + 31 * i) % 50, 'a' || least(7079, i * 5 / 6 + 200 + i % 37), 'read', t,
       t + interval '2 s', 10 + (i * 7919 % 1000) / 3.0, 'home', 'north', 'phone', null, null, 'reads', 1
from (
    select i, timestamptz '2026-03-04 09:59+00' - i * interval '5 min' - (i::bigint * i % 241) * interval '1 s' as t
    from generate_series(0, 8400) i
) moments;
insert into extract_run (source, as_of, state, rows_in, loaded, updated, unchanged, quarantined)
values ('feed', '2026-03-04 10:00+00', 'done', 100, 90, 4, 5, 1),
       ('reads', '2026-03-04 10:00+00', 'done', 0, 0, 0, 0, 0);
"""
_LISTS = """
insert into recommendation_{0} (reader_key, rank, article_id, score, candidate_source, reasons)
select reader_key, rank, article_id, 1 - rank / 20.0, 'popular', '[{{"code": "new_today", "contribution": 0.0}}]'
from reader cross join lateral (
    select article_id, row_number() over (order by md5(article_id || reader_key)) as rank
    from article_version
    where first_seen_at > timestamptz '2026-03-04 10:00+00' - interval '6 days'
      and not exists (
          select from read_event
          where read_event.reader_key = reader.reader_key and read_event.article_id = article_version.article_id
      )
    order by md5(article_id || reader_key) limit 10
) chosen;
insert into fallback_list
select {0}, 'global', '', i + 1, 'a' || i, 1 - i / 20.0, 'popular', '[{{"code": "new", "text": "new"}}]' -- an older one
from generate_series(0, 9) i;
"""

_DAY = "timestamptz '2026-03-04 10:00+00' - interval '1 day'"
_THREE_DAYS = "timestamptz '2026-03-04 10:00+00' - interval '3 days'"
#: Expectation -> what is done to the healthy world. `{run}` is the run's table.
FAULTS = {
    "pulled_rows_are_accounted_for": "update extract_run set rows_in = rows_in + 1 where source = 'feed'",
    "pulls_not_mostly_quarantined": "update extract_run set loaded = 30, quarantined = 61 where source = 'feed'",
    "article_columns_exist": "alter table article_version rename column title to headline",
    "article_times_have_a_zone": "drop view article; alter table article_version alter recorded_at type timestamp",
    "article_id_is_there": "update article_version set article_id = '' where article_id = 'a5'",
    "article_url_is_a_web_address": "update article_version set url = 'javascript:alert(1)' where article_id = 'a5'",
    "article_title_is_there": "update article_version set title = ' ' where article_id like '%7'",
    "article_first_seen_is_there": """
        alter table article_version alter first_seen_at drop not null;
        update article_version set first_seen_at = null where article_id = 'a5'""",
    "article_first_seen_before_recorded": """
        update article_version set first_seen_at = recorded_at + interval '1 day' where article_id like '%7'""",
    "article_content_hash_is_there": """
        alter table article_version alter content_hash drop not null;
        update article_version set content_hash = null where article_id = 'a5'""",
    "article_status_is_known": """
        alter table article_version drop constraint article_version_status_check;
        update article_version set status = 'gone' where article_id = 'a5'""",
    "article_original_exists": "update article_version set duplicate_of = 'nowhere' where article_id like '%7'",
    "article_address_is_unique": """
        update article_version set canonical_url = 'https://news.example/one' where article_id like '%7'""",
    "article_is_not_its_own_duplicate": "update article_version set duplicate_of = 'a5' where article_id = 'a5'",
    "articles_of_a_day_not_far_too_few": f"""
        delete from article_version
        where first_seen_at > {_DAY} and article_id > 'a0'""",
    "articles_are_fresh": f"delete from article_version where first_seen_at > {_THREE_DAYS}",
    "read_columns_exist": "alter table read_event rename column dwell_seconds to dwell",
    "read_times_have_a_zone": "alter table read_event alter occurred_at type timestamp",
    "read_event_id_is_there": "update read_event set event_id = '' where event_id = 'e5'",
    "read_event_id_is_unique": """
        alter table read_event drop constraint read_event_pkey;
        update read_event set event_id = 'e6' where event_id = 'e5'""",
    "read_occurred_is_there": """
        alter table read_event alter occurred_at drop not null;
        update read_event set occurred_at = null where event_id = 'e5'""",
    "read_kind_is_known": """
        alter table read_event drop constraint read_event_kind_check;
        update read_event set kind = 'glance' where event_id = 'e5'""",
    "read_dwell_is_within_a_day": "update read_event set dwell_seconds = 90000 where event_id = 'e5'",
    "read_reader_exists": """
        alter table read_event drop constraint read_event_reader_key_fkey;
        update read_event set reader_key = 4711 where event_id = 'e5'""",
    "read_article_exists": "update read_event set article_id = 'nowhere' where event_id = 'e5'",
    "reads_of_a_day_not_far_too_few": f"delete from read_event where occurred_at > {_DAY}",
    "reads_are_fresh": f"delete from read_event where occurred_at > {_THREE_DAYS}",
    "dwell_is_not_a_constant": "update read_event set dwell_seconds = 30 where right(event_id, 1) < '6'",
    "reads_not_mostly_suspicious": "update read_event set suspicion = 'burst' where right(event_id, 1) < '6'",
    "reader_columns_exist": "alter table reader rename column reader_id to who",
    "reader_id_is_there": "insert into reader values (51, '', '2026-03-04 09:00+00')",
    "reader_id_is_unique": """
        alter table reader drop constraint reader_reader_id_key;
        insert into reader values (51, 'reader-x', '2026-03-04 09:00+00'), (52, 'reader-x', '2026-03-04 09:00+00')""",
    "reader_key_is_a_pseudonym": "insert into reader values (-1, 'reader-x', '2026-03-04 09:00+00')",
    "reader_versions_belong_to_a_reader": """
        alter table reader_version drop constraint reader_version_reader_key_fkey;
        update reader_version set reader_key = 4711 where reader_key = 1""",
    "list_columns_exist": "alter table {run} rename column reasons to why",
    "list_ranks_are_1_to_10": """
        alter table {run} drop constraint recommendation_rank_check;
        update {run} set rank = 11 where reader_key = 1 and rank = 10""",
    "list_ranks_have_no_gap": "delete from {run} where reader_key = 1 and rank = 3",
    "list_scores_are_finite": "update {run} set score = 'NaN' where reader_key = 1 and rank = 1",
    "list_scores_fall_with_rank": "update {run} set score = 2 where reader_key = 1 and rank = 5",
    "list_reasons_are_there": "update {run} set reasons = '[]' where reader_key = 1 and rank = 5",
    "list_reader_exists": "update {run} set reader_key = 4711 where reader_key = 1",
    "list_names_an_article_once": """
        update {run} set article_id = (select article_id from {run} where reader_key = 1 and rank = 1)
        where reader_key = 1 and rank = 2""",
    "list_article_exists": "update {run} set article_id = 'nowhere' where reader_key = 1 and rank = 5",
    "list_article_is_live": "update article_version set status = 'retracted' where article_id = 'a5'",
    "list_article_is_original": "update article_version set duplicate_of = 'a6' where article_id = 'a5'",
    "list_article_is_out": "update article_version set published_at = '2026-03-04 10:01+00' where article_id = 'a5'",
    "list_article_has_not_expired": """
        update article_version set published_at = '2026-02-18 09:59+00' where article_id =
        'a5'""",
    "list_article_is_unread": """
        update read_event set reader_key = 1,
            article_id = (select article_id from {run} where reader_key = 1 and rank = 1)
        where event_id = 'e5'""",
    "lists_are_full": "delete from {run} where reader_key in (1, 2)",
    "list_fallback_is_there": "delete from fallback_list where rank = 10",
}


#: Boundary -> everything that is worth a warning at once, and nothing that stops a run.
WARNING_FAULTS = {
    Boundary.EXTRACT: """
        update extract_run set loaded = 80, quarantined = 11 where source = 'feed';
        update extract_run set state = 'failed' where source = 'reads'""",
    Boundary.ARTICLES: f"""
        delete from article_version where first_seen_at > {_DAY} and article_id !~ '[05]$';
        delete from article_version where first_seen_at > timestamptz '2026-03-04 06:00+00' and article_id ~ '0$';
        update article_version set category = null, summary = null, publisher = 'one', published_at = '2026-03-05'
        where first_seen_at > {_DAY};
        update article_version set title = 'Access denied' where first_seen_at > {_THREE_DAYS} - interval '4 days';
        update article_version set published_at = '1970-01-01' where article_id = 'a555';
        update article_version set duplicate_of = 'a7000', duplicate_kind = 'content', status = 'retracted'
        where first_seen_at between {_DAY} - interval '5 days' and {_DAY} and article_id !~ '[12]$'""",
    Boundary.READS: f"""
        insert into read_event
        select 'r' || i, 1, 'a7000', 'read', timestamptz '2026-03-04 05:00+00' + least(i, 230) * interval '30 s',
               timestamptz '2026-03-04 09:00+00', null, null, null, null, null, case when i % 3 > 0 then 'burst' end,
               'reads', 1
        from generate_series(1, 300) i;
        update article_version set recorded_at = '2026-03-05' where article_id = 'a7000';
        update read_event set dwell_seconds = 600 where right(event_id, 1) in ('2', '3', '4') and dwell_seconds > 0;
        update read_event set recorded_at = occurred_at - interval '1 s'
        where right(event_id, 1) = '8' and occurred_at < {_DAY}""",
    Boundary.READERS: """
        update reader_version set signed_up_at = '2027-01-01', timezone = 'Mars/Olympus',
            interests = array['knitting'], recorded_at = '2026-03-04 09:00+00'""",
}
#: Warnings that this world is too small for, or that exclude another one of the same boundary.
NOT_PLANTED = {
    "articles_of_three_hours_enough", "articles_are_recent", "reads_of_a_day_enough", "reads_of_three_hours_enough",
    "reads_are_recent", "reads_by_many_readers", "reads_of_many_articles", "reads_mostly_on_time",
    "readers_do_not_double_in_a_day",
}  # fmt: skip


def fill(connection: Connection) -> int:
    """Make the healthy world in an empty database; the id of its built run."""
    execute(connection, HEALTHY)
    run_id = runs.begin_run(connection, AS_OF, "champion")
    execute(connection, _LISTS.format(run_id))
    runs.finish_run(connection, run_id)
    execute(connection, "analyze")
    return run_id


def plant(connection: Connection, name: str, run_id: int) -> None:
    """Do to the world what the expectation is there to notice."""
    execute(connection, FAULTS[name].replace("{run}", runs.table_of(run_id)))
