"""The synthetic newsroom as files: deterministic, resumable, honest about what it was told to do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind, field_names, required_names
from frontpage.newsroom.faults import Switches, parse_switches
from frontpage.newsroom.parameters import load_parameters
from frontpage.newsroom.simulate import Size, follow, open_newsroom, simulate

END = datetime(2026, 3, 3, 12, tzinfo=UTC)
SIZE = Size(n_readers=120, n_days=2, articles_per_day=60, seed=5)
PARAMETERS = load_parameters()
QUIET = Switches(late_share=0.0)


def _files(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.glob("*/*.jsonl"))}


def _rows(out: Path, kind: Kind) -> list[dict]:
    return [
        orjson.loads(line)
        for path in sorted((out / kind.value).glob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_same_arguments_give_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    """A world is a function of its parameters, size and seed."""
    simulate(PARAMETERS, SIZE, END, tmp_path / "a", QUIET)
    simulate(PARAMETERS, SIZE, END, tmp_path / "b", QUIET)
    simulate(PARAMETERS, Size(120, 2, 60, seed=6), END, tmp_path / "c", QUIET)
    assert _files(tmp_path / "a") == _files(tmp_path / "b")
    assert _files(tmp_path / "a") != _files(tmp_path / "c")


def test_going_on_later_appends_exactly_the_files_of_one_run(tmp_path: Path) -> None:
    """`--until T2` after `--until T1` writes what one run to T2 from the same beginning would have written."""
    once, twice = tmp_path / "once", tmp_path / "twice"
    simulate(PARAMETERS, Size(120, 3, 60, 5), END + timedelta(days=1), once, Switches())
    simulate(PARAMETERS, SIZE, END, twice, Switches())
    before = _files(twice)
    simulate(PARAMETERS, SIZE, END + timedelta(hours=7), twice, Switches())
    simulate(PARAMETERS, SIZE, END + timedelta(days=1), twice, Switches())
    after = _files(twice)
    assert after == _files(once)
    assert {name: after[name] for name in before} == before


def test_a_run_cut_off_in_the_middle_is_mended_by_running_again(tmp_path: Path) -> None:
    """Only the saved state says how far the world is; files that are there already are left as they are."""
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    simulate(PARAMETERS, SIZE, END, whole, QUIET)
    open_newsroom(PARAMETERS, SIZE, END, cut, QUIET)
    for kind in ("articles", "reads"):
        name = f"{kind}/2026-03-01T20.jsonl"
        (cut / kind).mkdir()
        (cut / name).write_bytes((whole / name).read_bytes())
    simulate(PARAMETERS, SIZE, END, cut, QUIET)
    assert _files(cut) == _files(whole)


def test_only_whole_hours_are_written_and_nothing_twice(tmp_path: Path) -> None:
    """The hour that has not ended is not there; the same call again writes nothing."""
    simulate(PARAMETERS, SIZE, END + timedelta(minutes=40), tmp_path, QUIET)
    assert max(path.stem for path in tmp_path.glob("*/*.jsonl")) == "2026-03-03T11"
    assert simulate(PARAMETERS, SIZE, END, tmp_path, QUIET) == {"articles": 0, "readers": 0, "reads": 0}


def test_following_writes_the_same_rows_in_smaller_files(tmp_path: Path) -> None:
    """Partial files are added as time passes and never rewritten; together they are the hours of an ordinary run."""
    whole, live = tmp_path / "whole", tmp_path / "live"
    simulate(PARAMETERS, Size(120, 3, 60, 5), END + timedelta(days=1), whole, QUIET)
    simulate(PARAMETERS, SIZE, END, live, QUIET)
    clock = _Clock(END + timedelta(minutes=3), until=END + timedelta(hours=2, minutes=26))
    for _ in range(2):  # the second time it goes on in the middle of an hour
        with pytest.raises(_StoppedError):
            follow(open_newsroom(PARAMETERS, SIZE, END, live, QUIET), clock.now, clock.wait, timedelta(minutes=5))
        clock.until += timedelta(minutes=34)
    assert not (live / "reads" / "2026-03-03T12.jsonl").exists()
    for kind in (Kind.ARTICLES, Kind.READERS, Kind.READS):
        there = _lines(live, kind)
        assert len(there) == len(set(there))
        assert set(there) == set(_lines(whole, kind, "2026-03-03T14"))


def test_each_row_has_the_canonical_fields(tmp_path: Path) -> None:
    """Required fields are there and no field is unknown; times lie in order."""
    simulate(PARAMETERS, SIZE, END, tmp_path, QUIET)
    for kind in (Kind.ARTICLES, Kind.READERS, Kind.READS):
        for row in _rows(tmp_path, kind):
            assert set(row) <= set(field_names(kind))
            assert all(row[name] is not None for name in required_names(kind))
    for read in _rows(tmp_path, Kind.READS):
        assert _time(read["occurred_at"]) < _time(read["recorded_at"]) < END
        assert read["dwell_seconds"] is None or 0 < read["dwell_seconds"] <= 1800


def test_reads_refer_to_articles_and_readers_known_before(tmp_path: Path) -> None:
    """Nobody reads what has not been seen yet, and nobody reads before signing up."""
    simulate(PARAMETERS, SIZE, END, tmp_path, QUIET)
    seen = {row["article_id"]: _time(row["first_seen_at"]) for row in _rows(tmp_path, Kind.ARTICLES)}
    joined = {row["reader_id"]: _time(row["signed_up_at"]) for row in _rows(tmp_path, Kind.READERS)}
    reads = _rows(tmp_path, Kind.READS)
    assert len(reads) > 100
    for read in reads:
        assert seen[read["article_id"]] <= _time(read["occurred_at"])
        assert joined[read["reader_id"]] <= _time(read["occurred_at"])


def test_ids_are_unique_and_nobody_reads_an_article_twice(tmp_path: Path) -> None:
    """Article, reader and event ids are keys; a reader's plain reads name an article once."""
    simulate(PARAMETERS, SIZE, END, tmp_path, Switches())
    for kind, key in ((Kind.ARTICLES, "article_id"), (Kind.READERS, "reader_id"), (Kind.READS, "event_id")):
        names = [row[key] for row in _rows(tmp_path, kind)]
        assert len(names) == len(set(names))
    pairs = [(r["reader_id"], r["article_id"]) for r in _rows(tmp_path, Kind.READS) if r["kind"] == "read"]
    assert len(pairs) == len(set(pairs))


def test_named_readers_are_what_they_are_called(tmp_path: Path) -> None:
    """`reader_new` reads nothing, `reader_only_sport` reads sport only, `reader_heavy` reads most."""
    simulate(PARAMETERS, SIZE, END, tmp_path, QUIET)
    category = {row["article_id"]: row["category"] for row in _rows(tmp_path, Kind.ARTICLES)}
    reads = _rows(tmp_path, Kind.READS)
    by_reader = {name: [category[r["article_id"]] for r in reads if r["reader_id"] == name] for name in
                 ("reader_new", "reader_heavy", "reader_only_sport")}  # fmt: skip
    assert by_reader["reader_new"] == []
    assert set(by_reader["reader_only_sport"]) == {"sport"}
    assert len(by_reader["reader_heavy"]) > 5 * len(reads) / SIZE.n_readers


def test_readership_is_as_large_as_asked_and_changes(tmp_path: Path) -> None:
    """N readers are there from the first hour; newcomers come later and leavers stop."""
    size = Size(n_readers=400, n_days=2, articles_per_day=40, seed=5)
    simulate(PARAMETERS, size, END, tmp_path, QUIET)
    readers = _rows(tmp_path, Kind.READERS)
    begin = END - timedelta(days=2)
    assert sum(_time(row["signed_up_at"]) < begin for row in readers) == 400
    assert len(readers) > 400
    emails = {row["email"] for row in readers if row["email"]}
    assert all(email.endswith("@readers.example") for email in emails)
    assert all(row["email"] for row in readers if row["digest_opt_in"])


def test_another_world_in_the_folder_is_refused(tmp_path: Path) -> None:
    """A folder goes on with its own world only; the sentence names what differs."""
    simulate(PARAMETERS, SIZE, END, tmp_path, QUIET)
    with pytest.raises(BadInputError, match="seed 5, not 9"):
        simulate(PARAMETERS, Size(120, 2, 60, seed=9), END, tmp_path, QUIET)


@pytest.mark.parametrize(("size", "word"), [
    (Size(0, 2, 60, 5), "n_readers"), (Size(10, 0, 60, 5), "n_days"),
    (Size(10, 2, 0, 5), "articles_per_day"), (Size(10, 2, 60, -1), "seed"),
])  # fmt: skip
def test_impossible_sizes_are_refused(tmp_path: Path, size: Size, word: str) -> None:
    """Nothing is written for a size that cannot be."""
    with pytest.raises(BadInputError, match=word):
        simulate(PARAMETERS, size, END, tmp_path / "out", QUIET)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("minutes", [0, 7, 45, 90, 0.5])
def test_a_period_that_does_not_divide_the_hour_is_refused(tmp_path: Path, minutes: float) -> None:
    """Slices must add up to hours."""
    newsroom = open_newsroom(PARAMETERS, SIZE, END, tmp_path, QUIET)
    with pytest.raises(BadInputError, match="period"):
        follow(newsroom, lambda: END, lambda _: None, timedelta(minutes=minutes))


def test_switches_are_read_from_text() -> None:
    """Each switch has one spelling; times are ISO 8601."""
    switches = parse_switches(
        ["late=0.02", "outage=2026-03-02T03/2026-03-02T09/Le Baobab", "breaking=2026-03-02T12/sport"]
    )
    assert switches.late_share == 0.02
    assert switches.outages[0].publisher == "Le Baobab"
    assert switches.outages[0].end == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert switches.breaking[0].category == "sport"


@pytest.mark.parametrize("text", ["late", "late=much", "flood=1", "outage=2026-03-02T03", "breaking=soon"])
def test_an_unknown_switch_is_refused(text: str) -> None:
    """The sentence names what is wrong."""
    with pytest.raises(BadInputError, match=text.partition("=")[2] or text):
        parse_switches([text])


@pytest.mark.parametrize("text", [
    "late=1.5", "outage=2026-03-02T03/2026-03-02T09/Nobody", "outage=2026-03-02T09/2026-03-02T03",
    "breaking=2026-03-02T12/gossip",
])  # fmt: skip
def test_a_switch_that_cannot_be_is_refused(tmp_path: Path, text: str) -> None:
    """Unknown publishers, categories and shares above one stop the run before anything is written."""
    with pytest.raises(BadInputError):
        simulate(PARAMETERS, SIZE, END, tmp_path / "out", parse_switches([text]))
    assert not (tmp_path / "out").exists()


def test_an_outage_stops_one_publisher_or_all(tmp_path: Path) -> None:
    """No article is first seen in the hours of an outage; the other publishers go on unless all are out."""
    night = ["outage=2026-03-02T02/2026-03-02T08", "outage=2026-03-02T08/2026-03-03T12/Harbor Gazette"]
    simulate(PARAMETERS, SIZE, END, tmp_path, parse_switches(night))
    articles = _rows(tmp_path, Kind.ARTICLES)
    during = [a for a in articles if datetime(2026, 3, 2, 2, tzinfo=UTC) <= _time(a["first_seen_at"])]
    assert min(_time(a["first_seen_at"]) for a in during) >= datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert len(during) > 20
    assert "Harbor Gazette" not in {a["publisher"] for a in during}


def test_corrupted_rows_come_on_top_of_the_good_ones(tmp_path: Path) -> None:
    """The good rows stay byte for byte; broken copies follow them, so the truth is known."""
    simulate(PARAMETERS, SIZE, END, tmp_path / "good", QUIET)
    simulate(PARAMETERS, SIZE, END, tmp_path / "bad", parse_switches(["late=0", "corrupt=0.2"]))
    for kind in (Kind.ARTICLES, Kind.READS):
        good, bad = set(_lines(tmp_path / "good", kind)), set(_lines(tmp_path / "bad", kind))
        assert good < bad
        assert 0.1 * len(good) < len(bad) - len(good) < 0.3 * len(good)


def _lines(out: Path, kind: Kind, last: str = "~") -> list[bytes]:
    paths = sorted(path for path in (out / kind.value).glob("*.jsonl") if path.stem <= last)
    return [line for path in paths for line in path.read_bytes().splitlines()]


class _StoppedError(Exception):
    """The test's clock has come to its end."""


class _Clock:
    """A clock that moves only when waited on."""

    def __init__(self, at: datetime, until: datetime) -> None:
        self.at, self.until = at, until

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        if self.at > self.until:
            raise _StoppedError
