"""`frontpage sources check` as people see it: a table, reasons, one sentence for what cannot be right. No database."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from frontpage.cli.main import app
from frontpage.core.errors import FrontpageError
from tests.integration.extract_world import article, read, write


def check(monkeypatch: pytest.MonkeyPatch, *arguments: str, **variables: str):
    """The command with these variables; whatever it ends with."""
    monkeypatch.setenv("FRONTPAGE_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(app, ["sources", "check", *arguments])


def test_rows_reasons_and_features_are_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Ten rows of twelve, a count and an example of each reason, what is off, and reads that know another article."""
    write(tmp_path, "articles/a.jsonl", [article(n) for n in range(12)] + [article(12, title="")])
    write(
        tmp_path, "reads/r.jsonl", [read(1), read(2, article_id="/news/0", dwell_seconds=-1), read(3, article_id="x")]
    )
    text = check(monkeypatch, str(tmp_path)).output
    assert "12 articles can be used, 2 reads can be used" in text
    assert "1 would be quarantined as missing_field, e.g. articles/a.jsonl:13: title is missing" in text
    assert "1 would be quarantined as negative_dwell, e.g. reads/r.jsonl:2: dwell_seconds -1 is negative" in text
    assert "the first 10 articles as they would be stored:" in text
    assert len([line for line in text.splitlines() if line.startswith("  a") and "Headline" in line]) == 10
    assert "device_reads_1h" in text.split("features off with these sources alone: ")[1]
    assert "region_reads_1h" not in text
    assert "1 reads name an article that none of these sources has" in text


def test_sources_of_the_file_by_name_and_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A name means that source only; nothing means all; `--json` is one document."""
    write(tmp_path, "a.jsonl", [article(0)])
    write(tmp_path, "r.jsonl", [{**read(0), "kind": "view"}, {**read(1), "kind": "scroll"}])
    path = tmp_path / "sources.yaml"
    path.write_text(
        "sources:\n  cms: {uri: articles+a.jsonl}\n  web: {uri: reads+r.jsonl, mapping: {kinds: {scroll: drop}}}\n"
    )
    one = json.loads(check(monkeypatch, "web", "--json", FRONTPAGE_SOURCES_FILE=str(path)).stdout)
    assert [(source["name"], source["rows_usable"]) for source in one["sources"]] == [("web", {"reads": 1})]
    assert one["sources"][0]["rows_left_out"] == 1
    every = json.loads(check(monkeypatch, "--json", FRONTPAGE_SOURCES_FILE=str(path)).stdout)
    assert [source["name"] for source in every["sources"]] == ["cms", "web"]


@pytest.mark.parametrize(
    ("uri", "code", "sentence"),
    [
        ("feed+http://127.0.0.1:9/rss", 5, "feed http://127.0.0.1:9/rss does not answer"),
        ("/no/such/folder", 3, "source folder file:///no/such/folder does not exist"),
        ("fed+https://paper.example/rss", 3, "'fed' is not a kind of source"),
        ("articles+gopher://paper.example/a.jsonl", 3, "gopher"),
        ("sql+postgresql://u:geheim@127.0.0.1:9/db?kind=reads&query_file={folder}/q.sql", 5, "does not answer"),
        ("sql+mysql://u:geheim@127.0.0.1/db?kind=reads&query_file={folder}/q.sql", 3, "write it like"),
        ("articles+{folder}/page.jsonl", 4, "no row can be used; bad_json (1) first"),
    ],
)
def test_what_cannot_be_right_or_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, uri: str, code: int, sentence: str
):
    """One sentence and its exit code, whatever the scheme; no password."""
    (tmp_path / "q.sql").write_text("select 1")
    (tmp_path / "page.jsonl").write_text("<html>Not found</html>\n")
    done = check(monkeypatch, uri.format(folder=tmp_path))
    assert isinstance(done.exception, FrontpageError), done.exception
    assert done.exception.exit_code == code
    assert sentence in str(done.exception)
    assert "geheim" not in str(done.exception) + done.output
