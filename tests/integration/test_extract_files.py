"""Extract of canonical files: formats, exactly once, what changed, what comes late, what is torn."""

import json
import os
import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.identity.addresses import AddressKeys
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import extract
from frontpage.store.connect import connect, execute
from tests.integration.extract_world import (
    DAY,
    START,
    article,
    check_account,
    iso,
    pull,
    read,
    rows,
    second_settings,
    tables,
    write,
)

__all__ = ["second_settings"]

READERS = [
    {"reader_id": f"reader {n}", "signed_up_at": iso(START), "region": "north", "interests": ["World", "sport"],
     "timezone": "Europe/Vienna", "email": f"r{n}@mail.example", "digest_opt_in": n % 2 == 0}
    for n in range(7)
]  # fmt: skip
IMPRESSIONS = [
    {"impression_id": "i1", "reader_id": "reader 1", "article_id": f"a{n}", "position": n + 1, "clicked": n == 0,
     "occurred_at": iso(START + timedelta(hours=1))}
    for n in range(3)
]  # fmt: skip


def world(folder: Path, ending: str = "jsonl", n_articles: int = 10, n_reads: int = 50) -> Path:
    write(folder, f"articles/a.{ending}", [article(n) for n in range(n_articles)])
    readers = (
        READERS if "csv" not in ending else [{**row, "interests": json.dumps(row["interests"])} for row in READERS]
    )
    write(folder, f"readers/r.{ending}", readers)
    write(folder, f"reads/e.{ending}", [read(n) for n in range(n_reads)])
    write(folder, f"impressions/i.{ending}", IMPRESSIONS)
    return folder


def contacts(settings: Settings) -> list[tuple[str | None, bool]]:
    """Address, opened, and opt-in of each reader."""
    found = rows(settings, "select reader_key, email, digest_opt_in from reader_contact")
    keys = AddressKeys.of(settings)
    return [(email and keys.open(email, key), wants) for key, email, wants in found]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet", "jsonl.gz", "csv.zst"])
def test_every_format_gives_the_same_rows(settings: Settings, tmp_path: Path, ending: str):
    """A canonical directory loads whole in each format: 10 articles, 7 readers, 50 reads, 3 impressions."""
    summary = pull(settings, START + DAY, world(tmp_path, ending))
    assert (summary.rows_in, summary.rows_out, summary.rejected) == (70, 70, 0)
    found = tables(settings)
    assert found["articles"][0][:8] == (
        "a0", START, "https://paper.example/news/0", "Headline 0", article(0)["summary"], "en", "world",
        "paper.example",
    )  # fmt: skip
    assert (len(found["articles"]), len(found["reads"]), len(found["readers"])) == (10, 50, 7)
    assert found["versions"][0][2:] == ("north", ["world", "sport"])
    assert [row[2:] for row in found["impressions"]] == [(1, True), (2, False), (3, False)]
    assert rows(settings, "select count(*), count(*) filter (where digest_opt_in) from reader_contact") == [(7, 4)]
    check_account(settings)


def test_consumed_files_are_skipped_and_repeated_ones_are_unchanged(settings: Settings, tmp_path: Path):
    """A file that did not change is not read again; the same rows under another name are known by their keys."""
    world(tmp_path)
    pull(settings, START + DAY, tmp_path)
    before = tables(settings)
    assert pull(settings, START + DAY, tmp_path).rows_in == 0
    for kind in ("articles/a", "readers/r", "reads/e", "impressions/i"):
        shutil.copy(tmp_path / f"{kind}.jsonl", tmp_path / f"{kind}-again.jsonl")
    again = pull(settings, START + 2 * DAY, tmp_path)
    assert (again.rows_in, again.details["unchanged"], again.rows_out) == (70, 70, 0)
    assert tables(settings) == before
    check_account(settings)


def test_a_changed_article_is_a_new_version_known_from_then_on(settings: Settings, tmp_path: Path):
    """Changed content under the same id is `updated`, recorded after what was answered; the first version stays."""
    write(tmp_path, "articles/a.jsonl", [article(0), article(1)])
    pull(settings, START + DAY, tmp_path)
    write(tmp_path, "articles/b.jsonl", [article(0, title="Corrected"), article(1)])
    summary = pull(settings, START + 2 * DAY, tmp_path)
    assert (summary.details["updated"], summary.details["unchanged"]) == (1, 1)
    versions = rows(settings, "select title, recorded_at from article_version where article_id = 'a0' order by 2")
    assert versions == [("Headline 0", START), ("Corrected", START + DAY + timedelta(microseconds=1))]
    assert pull(settings, START + 3 * DAY, tmp_path).rows_in == 0
    for name in ("a", "b"):
        os.utime(tmp_path / f"articles/{name}.jsonl", (1, 1))
    assert pull(settings, START + 3 * DAY, tmp_path).details["unchanged"] == 4


def test_versions_of_one_pull_count_in_order_of_their_time(settings: Settings, tmp_path: Path):
    """Three versions in the wrong files and lines come out in order of recorded_at, and a re-pull changes nothing."""
    later = [article(0, title=f"Version {n}", recorded_at=iso(START + n * timedelta(hours=1))) for n in range(3)]
    write(tmp_path, "articles/a.jsonl", [later[2], later[0]])
    write(tmp_path, "articles/b.jsonl", [later[1]])
    summary = pull(settings, START + DAY, tmp_path)
    assert (summary.details["loaded"], summary.details["updated"]) == (1, 2)
    titles = [row[0] for row in rows(settings, "select title from article_version order by recorded_at")]
    assert titles == ["Version 0", "Version 1", "Version 2"]
    shutil.move(tmp_path / "articles/b.jsonl", tmp_path / "articles/c.jsonl")
    assert pull(settings, START + DAY, tmp_path).details["unchanged"] == 1


def test_an_older_version_that_comes_late_replaces_none(settings: Settings, tmp_path: Path):
    """What claims to be older than a version we have is unchanged, from whatever source; a newer one is taken."""

    def version(hours: int, title: str) -> dict[str, object]:
        return article(0, title=title, recorded_at=iso(START + timedelta(hours=hours)))

    sent = {"one": [version(10, "First"), version(11, "Corrected")], "other": [version(9, "Stale copy")]}
    for name, versions in sent.items():
        write(tmp_path / name, "articles/a.jsonl", versions)
    pull(settings, START + DAY, tmp_path / "one")
    assert pull(settings, START + DAY, tmp_path / "other").details["unchanged"] == 1
    write(tmp_path / "other", "articles/b.jsonl", [version(12, "Corrected again")])
    assert pull(settings, START + DAY, tmp_path / "other").details["updated"] == 1
    titles = rows(settings, "select title from article_version order by recorded_at")
    assert titles == [("First",), ("Corrected",), ("Corrected again",)]
    check_account(settings)


@pytest.mark.parametrize("place", ["reads", "reads/dt=*/part-?.jsonl", "reads/*/*"])
def test_files_of_one_name_in_two_folders_are_two_files(settings: Settings, tmp_path: Path, place: str):
    """Rows that wait and rows that are bad are found again in their own folder, and nothing is read twice."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    pull(settings, START, tmp_path)
    source = f"reads+{tmp_path}/{place}"
    write(tmp_path, "reads/dt=1/part-0.jsonl", [read(1), read(2, recorded_at=iso(START + 3 * DAY))])
    write(tmp_path, "reads/dt=2/part-0.jsonl", [read(3), read(4, kind="stare")])
    first = pull(settings, START + DAY, source)
    assert (first.rows_out, first.rejected, first.details["deferred"]) == (2, 1, 1)
    assert pull(settings, START + 2 * DAY, source).rows_in == 0
    assert pull(settings, START + 3 * DAY, source).details["unchanged"] == 1
    assert rows(settings, "select event_id from read_event order by 1") == [("e1",), ("e2",), ("e3",)]
    place = "dt=2/part-0.jsonl:2"
    assert rows(settings, "select locator from quarantine") == [(place,)]
    check_account(settings)


def test_reads_wait_in_quarantine_for_their_article(settings: Settings, tmp_path: Path):
    """A read on an unknown article is quarantined whole and loaded by the extract that finds the article known."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    write(tmp_path, "reads/e.jsonl", [read(1), read(2, article_id="a1", reader_id='Zoë "Z" 😀')])
    first = pull(settings, START + DAY, tmp_path)
    assert (first.rows_in, first.rows_out, first.details["quarantined_unknown_article"]) == (3, 2, 1)
    write(tmp_path, "articles/b.jsonl", [article(1)])
    second = pull(settings, START + 2 * DAY, tmp_path)
    assert (second.rows_in, second.rows_out, second.rejected) == (2, 2, 0)
    released = rows(settings, "select recorded_at, occurred_at from read_event where event_id = 'e2'")
    assert released == [(START + DAY + timedelta(microseconds=1), START + timedelta(minutes=2))]
    assert rows(settings, "select reason, released_at from quarantine") == [("unknown_article", START + 2 * DAY)]
    assert rows(settings, "select reader_id from reader order by 1") == [('Zoë "Z" 😀',), ("reader 1",)]
    check_account(settings)


def test_backfill_equals_daily_runs_with_late_rows(settings: Settings, tmp_path: Path, second_settings: Settings):
    """Three as_of over the whole history give what three daily runs over the files of their day gave: 1 % come late."""
    rng = random.Random(5)
    articles = [article(n * 30) for n in range(140)]
    events = []
    for n in range(1000):
        at = START + timedelta(minutes=rng.randrange(3 * 24 * 60))
        late = DAY if n % 100 == 0 else timedelta(seconds=rng.randrange(90))
        known = 140 if n % 50 == 1 else (at - START) // timedelta(minutes=30) + 1  # some before their article
        number = rng.randrange(min(known, 140)) * 30
        events.append(read(n, occurred_at=iso(at), recorded_at=iso(at + late), article_id=f"a{number}"))
    whole, daily = tmp_path / "whole", tmp_path / "daily"
    write(whole, "articles/a.jsonl", articles)
    write(whole, "reads/e.jsonl", events)
    for day in range(1, 5):
        until = START + day * DAY
        cut = [row for row in articles if iso(until - DAY) < row["first_seen_at"] <= iso(until)]
        write(daily, f"articles/{day}.jsonl", cut + (articles[:1] if day == 1 else []))
        day_events = [row for row in events if iso(until - DAY) < row["recorded_at"] <= iso(until)]
        write(daily, f"reads/{day}.jsonl", rng.sample(day_events, len(day_events)))
        pull(second_settings, until, daily)
    for day in range(1, 5):
        pull(settings, START + day * DAY, whole)
    late_rows = "select count(*) from read_event where recorded_at = occurred_at + interval '1 day'"
    assert rows(settings, late_rows) == [(10,)]
    assert tables(settings) == tables(second_settings)
    check_account(settings)


def test_a_row_that_claims_an_answered_time_is_known_only_from_now_on(settings: Settings, tmp_path: Path):
    """A late row without a time of its own never changes what an earlier as_of answered."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    pull(settings, START + DAY, tmp_path)
    write(tmp_path, "reads/late.jsonl", [read(5)])
    pull(settings, START + 2 * DAY, tmp_path)
    assert rows(settings, "select recorded_at from read_event") == [(START + DAY + timedelta(microseconds=1),)]


def test_a_growing_file_is_read_from_where_it_ended(settings: Settings, tmp_path: Path):
    """Appended rows only are read; a torn last line is quarantined, and released when it is whole."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    path = write(tmp_path, "reads/e.jsonl", [read(n) for n in range(20)])
    with path.open("ab") as handle:
        handle.write(b'{"event_id": "e20", "reader')
    first = pull(settings, START + DAY, tmp_path)
    assert (first.rows_in, first.details["quarantined_bad_json"]) == (22, 1)
    whole = json.dumps(read(20)).encode()
    with path.open("ab") as handle:
        handle.write(whole.removeprefix(b'{"event_id": "e20", "reader') + b"\n")
    second = pull(settings, START + 2 * DAY, tmp_path)
    assert (second.rows_in, second.rows_out) == (1, 1)
    assert rows(settings, "select locator, released_at is not null from quarantine") == [("reads/e.jsonl:21", True)]
    check_account(settings)


def test_lines_of_any_kind_torn_anywhere_are_released_when_whole(settings: Settings, tmp_path: Path):
    """Also one torn inside a character of UTF-8, and one that was still torn when it was met again."""
    shown = {"impression_id": "i", "reader_id": "r", "article_id": "a0", "clicked": True, "occurred_at": iso(START)}
    lines = {
        "reads": json.dumps({"region": "", **read(1, region="Zürich")}, ensure_ascii=False).encode(),
        "impressions": json.dumps(shown).encode(),
    }
    write(tmp_path, "articles/a.jsonl", [article(0)])
    cuts = (5, lines["reads"].index("ü".encode()) + 1)
    for day, cut in enumerate((*cuts, None), 1):
        for kind, line in lines.items():
            write(tmp_path, f"{kind}/x.jsonl", []).write_bytes(line[:cut])
        pull(settings, START + day * DAY, tmp_path)
    assert rows(settings, "select kind, reason, released_at is not null from quarantine order by 1, 2 desc") == [
        ("impressions", "bad_json", True), ("impressions", "bad_json", True),
        ("reads", "bad_json", True), ("reads", "bad_encoding", True),
    ]  # fmt: skip
    assert rows(settings, "select region from read_event, impression") == [("Zürich",)]
    check_account(settings)


def test_a_torn_number_is_not_loaded(settings: Settings, tmp_path: Path):
    """The last line of a CSV that somebody writes waits, counted as deferred, and is loaded as it is when whole."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    events = [{"dwell_seconds": row.pop("dwell_seconds"), **row} for row in (read(1), read(2, dwell_seconds=180.5))]
    path = write(tmp_path, "reads/e.csv", [dict(reversed(row.items())) for row in events])
    whole = path.read_bytes()
    assert whole.endswith(b"180.5\r\n")
    path.write_bytes(whole.removesuffix(b"0.5\r\n"))
    first = pull(settings, START + DAY, tmp_path)
    assert (first.rows_in, first.details["deferred"]) == (2, 1)
    path.write_bytes(whole)
    assert pull(settings, START + 2 * DAY, tmp_path).rows_out == 1
    assert rows(settings, "select dwell_seconds from read_event where event_id = 'e2'") == [(180.5,)]
    check_account(settings)


def test_a_repeated_bundle_stages_nothing_twice(settings: Settings, tmp_path: Path):
    """Beam may run a bundle again: each row still counts once."""
    world(tmp_path)
    options = ["--direct_runner_bundle_repeat=2"]
    assert pull(settings, START + DAY, tmp_path, options=options).rows_in == 70
    check_account(settings)


def test_duplicates_are_loaded_and_marked(settings: Settings, tmp_path: Path):
    """Same address, same text, nearly the same text: a copy points to the root original, however the pull was cut."""
    text = " ".join(f"word{n}" for n in range(120))
    changed = text.replace("word60", "changed60")
    write(tmp_path, "articles/a.jsonl", [
        article(5, summary=changed, url="https://d.example/x"),
        article(1, summary=text),
        article(2, url="http://PAPER.example:80/news/1?utm_source=feed#top"),
        article(3, title="headline  1", summary=text.upper()),
        article(4, title="Different enough", url="https://paper.example/"),
        article(6, title="Another", url="https://paper.example/"),
    ])  # fmt: skip
    pull(settings, START + DAY, tmp_path)
    write(
        tmp_path,
        "articles/b.jsonl",
        [article(1440, url="https://d.example/x"), article(1441, url="https://d.example/y")],
    )
    pull(settings, START + 2 * DAY, tmp_path)
    marks = (
        "select article_id, duplicate_of, duplicate_kind from article_version where duplicate_of is not null order by 1"
    )
    assert rows(settings, marks) == [
        ("a1440", "a1", "url"), ("a2", "a1", "url"), ("a3", "a1", "content"), ("a5", "a1", "near"),
    ]  # fmt: skip


def test_reads_that_no_person_made_are_marked(settings: Settings, tmp_path: Path):
    """Repeats within a second, ten clicks in ten seconds, and a metronome are loaded with a suspicion."""

    def at(seconds: float) -> dict[str, str]:
        return {
            "occurred_at": iso(START + timedelta(seconds=seconds)),
            "recorded_at": iso(START + timedelta(seconds=seconds)),
        }

    write(tmp_path, "articles/a.jsonl", [article(n, first_seen_at=iso(START)) for n in range(20)])
    events = [read(n, reader_id="repeater", **at(n * 0.4)) for n in range(2)]
    events += [read(100 + n, reader_id="burst", article_id=f"a{n}", **at(n * 0.7 + n * n * 0.01)) for n in range(12)]
    events += [read(200 + n, reader_id="steady", article_id=f"a{n}", **at(30.0 * n)) for n in range(13)]
    events += [read(300 + n, reader_id="person", article_id=f"a{n}", **at(n * 41.0 + n * n)) for n in range(15)]
    write(tmp_path, "reads/e.jsonl", events)
    pull(settings, START + DAY, tmp_path)
    marked = "select event_id, suspicion from read_event where suspicion is not null order by 1"
    assert rows(settings, marked) == [
        ("e1", "repeat"), ("e109", "burst"), ("e110", "burst"), ("e111", "burst"),
        ("e211", "steady"), ("e212", "steady"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("/nowhere/at/all", "does not exist"),
        ("articles+/nowhere/a.jsonl", "does not exist"),
        ("artikel+file:///x.csv", "is not a kind of source"),
        ("sql+mysql://u@h/d?kind=reads", r"write it like sql\+postgresql"),
        ("sql+postgresql://u:geheim@h/d?kind=clicks", "is none of articles"),
        ("", "names no place"),
    ],
)
def test_wrong_sources_are_one_sentence(settings: Settings, source: str, sentence: str):
    """A source that cannot be right is bad input: one sentence, and no password in it."""
    with pytest.raises(BadInputError, match=sentence) as caught:
        pull(settings, START, source)
    assert "geheim" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_format_is_bad_input_and_does_not_keep_others_from_loading(settings: Settings, tmp_path: Path):
    """The folder beside a file that nobody can read is loaded; the step still fails with the sentence."""
    world(tmp_path / "good")
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    with pytest.raises(BadInputError, match=r"x\.xlsx is not in a format"):
        pull(settings, START + DAY, tmp_path / "good", f"reads+{tmp_path}/x.xlsx")
    assert rows(settings, "select count(*) from read_event") == [(50,)]
    assert rows(settings, "select state from extract_run where source <> 'inbox' order by extract_id") == [
        ("done",),
        ("failed",),
    ]


def test_a_bug_in_one_source_does_not_keep_others_from_loading(settings: Settings, tmp_path: Path):
    """What nobody foresaw, here a watermark without what belongs in it, is raised after the others have loaded."""
    write(tmp_path, "first/articles/a.jsonl", [article(0)])
    write(tmp_path, "second/reads/e.jsonl", [read(1)])
    pull(settings, START + DAY, tmp_path / "first")
    with connect(settings.database_url) as connection:
        spoiled = json.dumps({"files": {"articles/a.jsonl": {"rows": 1}}})
        execute(connection, "update source_watermark set state = %s where source <> 'inbox'", [spoiled])
    with pytest.raises(KeyError, match="size"):
        pull(settings, START + 2 * DAY, tmp_path / "first", tmp_path / "second")
    assert rows(settings, "select event_id from read_event") == [("e1",)]
    assert rows(settings, "select as_of from source_watermark where source = 'inbox'") == [(START + 2 * DAY,)]
    assert rows(settings, "select count(*) from extract_run where state = 'failed'") == [(1,)]


def test_an_empty_day_is_fine(settings: Settings, tmp_path: Path):
    """No rows, empty files, folders without files: nothing in, nothing out, the watermark moves."""
    for name in ("articles/a.jsonl", "reads/e.csv"):
        write(tmp_path, name.replace("csv", "jsonl"), [])
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "readers").mkdir()
    assert pull(settings, START + DAY, tmp_path).rows_in == 0
    assert rows(settings, "select as_of from source_watermark where source <> 'inbox'") == [(START + DAY,)]


def test_an_opt_out_that_comes_late_counts(settings: Settings, tmp_path: Path):
    """Contacts are compared by what their source claims: a late opt-out is newer than the late opt-in before it."""
    reader = {**READERS[0], "signed_up_at": iso(START)}

    def state(hours: float, **changes: object) -> dict[str, object]:
        return {**reader, "recorded_at": iso(START + timedelta(hours=hours)), **changes}

    write(tmp_path, "readers/1.jsonl", [state(1, digest_opt_in=False)])
    pull(settings, START + timedelta(hours=10), tmp_path)
    write(tmp_path, "readers/2.jsonl", [state(9.5, digest_opt_in=True)])
    pull(settings, START + timedelta(hours=11), tmp_path)
    assert rows(settings, "select digest_opt_in from reader_contact") == [(True,)]
    write(tmp_path, "readers/3.jsonl", [state(9.4, email="old@mail.example"), state(9.75, digest_opt_in=False)])
    pull(settings, START + timedelta(hours=12), tmp_path)
    assert contacts(settings) == [("r0@mail.example", False)]


def test_a_source_without_contacts_leaves_them_alone(settings: Settings, tmp_path: Path):
    """A row with neither address nor opt-in is no word about the contact; an opt-in without address takes it away."""
    consents = "select wants from digest_consent order by consent_id"
    profile = {"reader_id": "r0", "signed_up_at": iso(START), "region": "west"}
    write(tmp_path, "crm/readers/1.jsonl", [{**profile, "email": "r0@mail.example", "digest_opt_in": True}])
    pull(settings, START + DAY, tmp_path / "crm")
    write(tmp_path, "web/readers/1.jsonl", [{**profile, "region": "east", "recorded_at": iso(START + DAY)}])
    assert pull(settings, START + 2 * DAY, tmp_path / "web").details["updated"] == 1
    assert contacts(settings) == [("r0@mail.example", True)]
    assert rows(settings, consents) == [(True,)]
    changed = {**profile, "recorded_at": iso(START + 2 * DAY), "digest_opt_in": False}
    write(tmp_path, "crm/readers/2.jsonl", [changed, {**profile, "recorded_at": iso(START + 2.5 * DAY)}])
    pull(settings, START + 3 * DAY, tmp_path / "crm")
    assert contacts(settings) == [(None, False)]
    check_account(settings)


def test_tracking_fields_make_copies_of_one_story(settings: Settings, tmp_path: Path):
    """Two addresses of each story differ in the fields of a publisher and of the installation's own mailings."""
    own = Params.model_validate({"extract": {"tracking_fields": ["our_*"]}})
    write(tmp_path, "articles/a.jsonl", [
        article(1, url="https://paper.example/1?at_medium=RSS", summary="Short."),
        article(2, url="https://paper.example/1?at_medium=KARANGA", summary="Short."),
        article(3, url="https://paper.example/3?our_mail=7", language="eng"),
        article(4, url="https://paper.example/3?our_mail=8", language="zxx", summary=""),
    ])  # fmt: skip
    extract.run(settings, own, START + DAY, [str(tmp_path)])
    marked = "select article_id, canonical_url, duplicate_of, duplicate_kind, language from article_version order by 1"
    assert rows(settings, marked) == [
        ("a1", "https://paper.example/1", None, None, "en"),
        ("a2", "https://paper.example/1", "a1", "url", "en"),
        ("a3", "https://paper.example/3", None, None, "en"),
        ("a4", "https://paper.example/3", "a3", "url", None),
    ]


def test_reads_of_nobody_make_no_reader(settings: Settings, tmp_path: Path):
    """Placeholders are quarantined, whatever their case, of reads, readers and impressions; the others are loaded."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    ids = ["undefined", " NULL ", "None", "(not set)", "NaN", "-", "[object Object]", "{{user_id}}", "0", "None Such"]
    write(tmp_path, "reads/e.jsonl", [read(n, reader_id=name) for n, name in enumerate(ids)])
    write(tmp_path, "readers/r.jsonl", [{**READERS[0], "reader_id": "Anonymous"}, READERS[1]])
    write(tmp_path, "impressions/i.jsonl", [{**IMPRESSIONS[0], "reader_id": "undefined"}])
    params = Params.model_validate({"data": {"nobody": ["0"]}})
    extract.run(settings, params, START + DAY, [str(tmp_path)])
    assert rows(settings, "select reader_id from reader order by 1") == [("None Such",), ("reader 1",)]
    assert rows(settings, "select kind, reason, count(*) from quarantine group by 1, 2 order by 1") == [
        ("impressions", "no_reader", 1), ("readers", "no_reader", 1), ("reads", "no_reader", 9),
    ]  # fmt: skip
    share = "select (details -> 'reasons' ->> 'no_reader')::int, quarantined from extract_run where source <> 'inbox'"
    assert rows(settings, share) == [(11, 11)]
    check_account(settings)


def test_a_reader_who_reads_all_day_teaches_as_much_as_a_person(settings: Settings, tmp_path: Path):
    """Of 500 reads of different articles on one day 300 count, the next day again; the account holds them all."""
    write(tmp_path, "articles/a.jsonl", [article(n, first_seen_at=iso(START)) for n in range(700)])
    # Gaps that no two are alike, or it would be a metronome.
    at = [START + timedelta(seconds=100 * n + n * n % 97) for n in range(500)]
    at += [START + DAY + timedelta(seconds=100 * n + n * n % 97) for n in range(200)]
    crawled = [read(n, reader_id="crawler", article_id=f"a{n}", occurred_at=iso(moment), recorded_at=iso(moment))
               for n, moment in enumerate(at)]  # fmt: skip
    write(tmp_path, "reads/e.jsonl", [*crawled, read(1, event_id="e9000", reader_id="person", article_id="a1")])
    pull(settings, START + 2 * DAY, tmp_path)
    marked = "select suspicion, count(*), min(right(event_id, -1)::int) from read_event group by 1 order by 1"
    assert rows(settings, marked) == [("too_many", 200, 300), (None, 501, 0)]
