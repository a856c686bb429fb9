"""Extract of sources that a sources file names: mappings, cadences, and addresses as people write them."""

from datetime import timedelta
from pathlib import Path

import pytest

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.steps import extract
from frontpage.store.server import Server
from tests.integration.extract_world import DAY, START, article, check_account, read, rows, write

HOUR = timedelta(hours=1)


def pull(settings: Settings, as_of, text: str, folder: Path) -> Summary:
    """One extract of the sources of a file with this text."""
    path = folder / "sources.yaml"
    path.write_text(text)
    return extract.run(settings.model_copy(update={"sources_file": str(path)}), Params(), as_of, [])


def events(folder: Path) -> None:
    """Four events of a tool that measures milliseconds: two reads, a scroll, and one nobody described."""
    made = [
        read(n, dwell_seconds=None, kind=kind) for n, kind in enumerate(("page_view", "page_view", "scroll", "ping"))
    ]
    renamed = [{**row, "ms": 1000 * (n + 1)} for n, row in enumerate(made)]
    write(folder, "articles/a.jsonl", [article(0)])
    write(folder, "export.jsonl", renamed)


def test_a_mapping_that_was_mended_reads_the_source_again(settings: Settings, tmp_path: Path):
    """The file did not change, but what it means did: quarantined rows are loaded, what is left out is counted."""
    events(tmp_path)
    head = "sources:\n  world: {uri: .}\n  web:\n    uri: reads+export.jsonl\n    mapping:\n      "
    first = pull(settings, START + DAY, head + "columns: {ms: dwell_seconds}", tmp_path)
    assert (first.rejected, first.details["quarantined_unknown_kind"]) == (4, 4)
    again = pull(settings, START + DAY + HOUR, head + "columns: {ms: dwell_seconds}", tmp_path)
    assert again.rows_in == 0
    mended = head + "columns: {ms: dwell_seconds}\n      units: {dwell_seconds: milliseconds}\n      kinds: "
    third = pull(settings, START + DAY + 2 * HOUR, mended + "{page_view: read, scroll: drop}", tmp_path)
    assert (third.rows_in, third.rows_out, third.rejected, third.details["left_out"]) == (3, 2, 1, 1)
    stored = rows(settings, "select event_id, dwell_seconds, kind from read_event order by 1")
    assert stored == [("e0", 1.0, "read"), ("e1", 2.0, "read")]
    # The rejected row keeps what the source called its fields.
    assert rows(settings, "select count(*) from quarantine where payload like '%\"ms\":4000%'") == [(1,)]
    check_account(settings)


def test_a_source_is_not_pulled_before_its_time(settings: Settings, tmp_path: Path):
    """`every: 2h` from the moment asked for last; the others are pulled each time."""
    events(tmp_path)
    text = "sources:\n  world: {uri: ., every: 2h}\n  web: {uri: reads+export.jsonl}\n"
    assert "not_due" not in pull(settings, START + DAY, text, tmp_path).details
    write(tmp_path, "articles/b.jsonl", [article(1)])
    early = pull(settings, START + DAY + HOUR, text, tmp_path)
    assert (early.rows_out, early.details["not_due"]) == (0, 1)
    due = pull(settings, START + DAY + 2 * HOUR, text, tmp_path)
    assert (due.rows_out, "not_due" in due.details) == (1, False)


def test_query_rows_are_named_by_their_own_key(settings: Settings, postgres: Server, tmp_path: Path):
    """What the mapping calls event_id names the row in quarantine, the same at the next pull."""
    text = f"""
sources:
  clicks:
    uri: sql+{postgres.url("postgres")}?kind=reads
    query: |
      select 'c' || n as id, 'r1' as who, 'a0' as story, timestamp '2026-03-01 13:00' as at, -1 as s
      from generate_series(1, 2) n
    mapping:
      columns: {{id: event_id, who: reader_id, story: article_id, at: occurred_at, s: dwell_seconds}}
      constants: {{kind: read}}
      timezone: Europe/Berlin
"""
    for day in (1, 2):
        assert pull(settings, START + day * DAY, text, tmp_path).rejected == 2
    located = rows(settings, "select locator, reason from quarantine order by 1")
    assert located == [("clicks.sql#c1", "negative_dwell"), ("clicks.sql#c2", "negative_dwell")]
    good = text.replace("-1 as s", "1 as s").replace("'a0'", "'a1'")
    write(tmp_path, "articles/a.jsonl", [article(1)])
    loaded = pull(settings, START + 3 * DAY, f"{good}  world: {{uri: .}}\n", tmp_path)
    assert loaded.details["loaded"] == 3
    assert rows(settings, "select distinct occurred_at from read_event") == [(START + 12 * HOUR,)]


@pytest.mark.parametrize("name", ["a,b.jsonl", "a b.jsonl", "Käse, Brot.jsonl", "it's.jsonl"])
def test_a_scheduled_extract_reads_what_its_setting_names(settings: Settings, tmp_path: Path, name: str):
    """A comma, a space, a quote or a letter beyond ASCII in a path is no separator."""
    first, second = write(tmp_path, name, [article(0)]), write(tmp_path, "other.jsonl", [article(1)])
    both = settings.model_copy(update={"sources": f"articles+{first}, articles+{second}"})
    assert extract.run(both, Params(), START + DAY, []).rows_out == 2
