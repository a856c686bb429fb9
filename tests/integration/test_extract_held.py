"""A source that is held back: the others load, the summary says so, and its rows come when it is held no more."""

import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import extract
from frontpage.store.connect import connect, fetch_all

from .extract_world import DAY, START, article, write


def test_its_rows_come_later_and_nothing_is_lost(settings: Settings, database: str, tmp_path, monkeypatch) -> None:
    """Held by the name that the summary shows; a name of no source is a typo."""
    good, bad = (tmp_path / name for name in ("good", "bad"))
    write(good, "articles/1.jsonl", [article(1)])
    write(bad, "articles/1.jsonl", [article(2)])
    monkeypatch.setenv("FRONTPAGE_SOURCES", f"{good} {bad}")
    here = settings.model_copy(update={"sources": f"{good} {bad}"})
    as_of, held = START + DAY, held_back(f"file://{bad}")

    done = extract.run(here, held, as_of, [])
    assert done.details["held_back"] == f"file://{bad}"
    assert ids(database) == ["a1"]
    assert "held_back" not in extract.run(here, Params(), as_of, []).details
    assert ids(database) == ["a1", "a2"]
    with pytest.raises(BadInputError, match="worse is none of the sources"):
        extract.run(here, held_back("worse"), as_of, [])


def held_back(name: str) -> Params:
    """Parameters that hold a source back."""
    default = Params()
    return default.model_copy(update={"extract": default.extract.model_copy(update={"held_sources": (name,)})})


def ids(database: str) -> list[str]:
    """Of the articles that are known."""
    with connect(database) as connection:
        return [row["article_id"] for row in fetch_all(connection, "select article_id from article order by 1")]
