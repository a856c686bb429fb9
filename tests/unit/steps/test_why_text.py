"""What `frontpage why` says to people."""

from datetime import UTC, datetime, timedelta, timezone

from frontpage.steps import why_text

MADE = datetime(2026, 3, 1, 10, tzinfo=UTC)
ROW = {
    "run_id": 7, "as_of": MADE, "variant": "champion", "model_version": "m-1", "snapshot_hash": "abc",
    "checksum": "def", "state": "published", "published_at": MADE + timedelta(minutes=3), "scored_run": 7,
    "scored_at": MADE,
    "rank": 1, "article_id": "a-1", "score": 0.73125, "candidate_source": "popular",
    "reasons": [
        {"code": "much_read", "args": {"hours": 1}, "contribution": 0.512},
        {"code": "fresh", "text": "new this morning", "contribution": -0.03},
    ],
    "title": "Ferries stop", "url": "https://g.example/1", "publisher": "North Coast Gazette", "category": "weather",
    "article_published_at": datetime(2026, 3, 1, 9, 40, tzinfo=timezone(timedelta(hours=1))),
}  # fmt: skip
READER = {
    "as_of": MADE, "region": "africa", "device": None, "referrer": None, "language": "en", "interests": ["sport"],
    "n_reads": 7, "last_read_at": MADE - timedelta(hours=1), "median_dwell_seconds": 86.4,
    "categories": {"politics": 0.2, "sport": 0.8}, "publishers": {},
    "recent": [{"article_id": f"r-{n}", "dwell_seconds": None if n else 12.0} for n in range(7)],
}  # fmt: skip


def told(row=ROW, reader=READER, **changes) -> list[str]:
    """The lines about one article."""
    return list(why_text.lines("reader_heavy", [{**row, **changes}], reader))


def test_a_list_says_what_made_it():
    """Rank, title, publisher, category, time in UTC, id, score, source; each reason and what it counted, old or new."""
    lines = told()
    start = lines.index("  1. Ferries stop")
    assert lines[start + 1 : start + 5] == [
        "     North Coast Gazette, weather, published 2026-03-01 08:40 UTC, a-1",
        "     score 0.7312, from popular",
        "      +0.512  much read in the last hour",
        "      -0.030  new this morning",
    ]


def test_the_head_names_run_model_and_data():
    """What an auditor asks for first."""
    assert told()[:7] == [
        "The list of reader reader_heavy",
        "  run        7 (champion, published), of 2026-03-01T10:00:00Z",
        "  list made  by this run",
        "  published  2026-03-01 10:03 UTC",
        "  model      m-1",
        "  data       snapshot abc",
        "  checksum   def",
    ]


def test_a_kept_list_names_the_run_that_made_it():
    """Its reasons are those of that run's moment."""
    lines = told(scored_run=5, scored_at=MADE - timedelta(hours=2))
    assert "  list made  by run 5, of 2026-03-01T08:00:00Z, and kept since" in lines


def test_what_was_known_of_the_reader():
    """Shares best first, the newest five reads, the rest counted; what is not known is said so."""
    text = "\n".join(told())
    assert "What was known of the reader at 2026-03-01T10:00:00Z" in text
    for line in (
        "reads         7, the last 2026-03-01 09:00 UTC", "median time   86 s", "device        not known",
        "picked        sport", "categories    sport 80%, politics 20%", "publishers    none",
        "recent reads  r-0 (12 s), r-1, r-2, r-3, r-4, and 2 more",
    ):  # fmt: skip
        assert f"  {line}" in text


def test_what_is_missing_is_said():
    """States that were purged, a run without a model that nobody published, an article without a title or labels."""
    lines = told(reader=None, model_version=None, snapshot_hash=None, checksum=None, published_at=None, title=None,
                 publisher=None, category=None, article_published_at=None, reasons=[])  # fmt: skip
    text = "\n".join(lines)
    for part in ("none: a rule made the list", "no snapshot", "none yet", "not published", "1. https://g.example/1",
                 "\n     a-1\n", "has been purged (retention.state_days"):  # fmt: skip
        assert part in text


def test_a_title_commands_no_terminal():
    """Control characters of a source are spaces here: no colours, no moved cursor, no forged line."""
    lines = told(title="Calm\x1b[2J\r\n  2. forged", publisher="Ga\x07zette")
    assert "  1. Calm [2J 2. forged" in lines
    assert not any("\x1b" in line or "\x07" in line or "\r" in line or "\n" in line for line in lines)
