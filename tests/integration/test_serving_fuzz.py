"""The whole OpenAPI document under schemathesis, all checks, against the live server; and requests meant to hurt."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from frontpage.core.settings import Settings
from frontpage.store.connect import connect
from tests.support.api import api, until

from .serving_world import World

SCHEMATHESIS = Path(sys.executable).parent / "st"
MAX_EXAMPLES = 50
#: What is written must make sense beyond what a schema can say: a like has no position in a list.
WRITING = "events|interests|preferences|reports|catalogue|(articles|readers)/{[a-z_]+}$"
LEFT_OUT = ["--exclude-checks", "positive_data_acceptance"]
NASTY = ["' or 1=1; drop table reader; --", "\u202etxt.exe", "🙂" * 100, "a\x00b", "%s%n", "../../etc/passwd", "\n"]


@pytest.fixture
def url(database: str, settings: Settings, tmp_path: Path) -> Iterator[str]:
    """A running server over a small world."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "g1"])
        made.reader("ann")
        made.publish({"ann": ["a1"]}, {("global", ""): ["g1"]})
    with api(database, tmp_path / "log", FRONTPAGE_CLOCK="2026-03-01T11:00:00Z") as running:
        until(lambda: running.client.get("/health/ready").status_code == 200)
        yield str(running.client.base_url)


@pytest.mark.slow
@pytest.mark.parametrize("options", [["--exclude-path-regex", WRITING], [*LEFT_OUT, "--include-path-regex", WRITING]],
                         ids=["reading", "writing"])  # fmt: skip
def test_nothing_is_found_by_schemathesis(url, tmp_path, options):
    """Every answer to every generated request, right or wrong, is one that the document promises."""
    command = [str(SCHEMATHESIS), "run", f"{url}/openapi.json", "--checks", "all", "--seed", "1", "--no-color",
               "--max-examples", str(MAX_EXAMPLES), "--phases", "examples,coverage,fuzzing", *options]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=500)
    print(re.findall(r"(\d+ generated.*)", done.stdout))
    assert done.returncode == 0, done.stdout[-6000:]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_nasty_texts_are_only_texts(url, text):
    """In a path, a parameter or a body they are unknown ids, or refused: never a 5xx."""
    with httpx.Client(base_url=url) as client:
        quoted = "".join(f"%{byte:02X}" for byte in text.encode())
        answers = [
            client.get(f"/v1/readers/{quoted}/recommendations"),
            client.get(f"/v1/articles/{quoted}/similar"),
            client.get("/v1/popular", params={"region": text, "cursor": text}),
            client.post("/v1/readers:batch", json={"reader_ids": [text], "surface": text}),
        ]
    assert answers[0].json()["fallback"] == "global"
    assert [answer.status_code for answer in answers[1:]] == [404, 422, 422]
