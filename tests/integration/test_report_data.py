"""The report on data from a real database: what was set aside is found again, and the page says it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from frontpage.core.identity.pseudonym import Pseudonyms
from frontpage.core.params import Params
from frontpage.core.sections.watching import DataReportParams
from frontpage.privacy.files import forget_in_files
from frontpage.privacy.needles import Needles
from frontpage.steps import report_data
from frontpage.store.connect import connect, execute
from tests.unit.models.newsroom_world import PARAMS
from tests.unit.models.worlds import NOW

from .test_models_steps import installation, world  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow
SUSPICIOUS = "update read_event set suspicion = 'burst' where reader_key = 7"
#: A reader whose key is what their id is hashed to.
KNOWN = """insert into reader (reader_key, reader_id, recorded_at) values (%(key)s, 'ann', %(at)s);
update reader_version set reader_key = %(key)s where reader_key = 8;
update read_event set reader_key = %(key)s where reader_key = 8"""
#: Old news, which no list holds.
OLD = """insert into read_event (event_id, reader_key, article_id, kind, occurred_at, recorded_at, source, extract_id)
select 'old' || n, n, 'mn00' || n %% 9, 'read', %(at)s, %(at)s, 's', 0 from generate_series(10, 50) n"""
REFUSED = """insert into quarantine (source, kind, locator, payload, reason, recorded_at, extract_id)
values ('s', 'reads', %(locator)s, %(payload)s, %(reason)s, %(at)s, 0)"""


def refused(connection, locator: str, reason: str, payload: str) -> None:
    """A row in quarantine."""
    asked = {"locator": locator, "payload": payload, "reason": reason, "at": NOW - timedelta(hours=20)}
    execute(connection, REFUSED, asked)


def test_the_report_says_what_each_rule_concerns(installation, capsys):  # noqa: F811
    """Suspicious and refused reads come back, but for rows that are cut or name nobody; files hold no lost reader."""
    params = PARAMS.model_copy(update={"data_report": DataReportParams(readers=100, min_reads=1)})
    secret = installation.pseudonym_secret.get_secret_value()
    at = (NOW - timedelta(hours=21)).isoformat()
    read = {"event_id": "e", "reader_id": "ann", "article_id": "sn010", "occurred_at": at, "dwell_seconds": -5}
    with connect(installation.database_url) as connection:
        execute(connection, SUSPICIOUS)
        execute(connection, KNOWN, {"key": Pseudonyms(secret).key("ann"), "at": NOW - timedelta(days=9)})
        execute(connection, OLD, {"at": NOW - timedelta(minutes=20)})
        refused(connection, "1", "negative_dwell", json.dumps(read))
        refused(connection, "2", "negative_dwell", json.dumps(read)[:40])
        refused(connection, "3", "dwell_too_long", json.dumps(read | {"reader_id": "nobody we know"}))
        refused(connection, "4", "bad_time", json.dumps(read))
    summary = report_data.run(installation, params, NOW, installation.home / "copy.json")
    page = Path(summary.artifact)
    found = json.loads(page.with_suffix(".json").read_text())
    assert found == json.loads((installation.home / "copy.json").read_text())
    rows = {row["rule"]: row for row in found["rules"]}
    assert rows["suspicion"]["n_rows"] > 0
    assert rows["cleaning"]["n_rows"] == 1
    assert rows["duplicates"]["verdict"] == "concerns no row"
    assert set(summary.details) == {"cleaning", "duplicates", "suspicion", "dwell", "all_of_them"}
    assert capsys.readouterr().out.startswith("rule")
    for words in ("What the data rules are worth", "size of the publisher", "ranked low", "what became of it"):
        assert words in page.read_text()
    _a_forgotten_reader_is_blotted_out(installation, page, found["examples"][0]["reader"])


def _a_forgotten_reader_is_blotted_out(settings, page: Path, key: str) -> None:
    """`forget` finds them in the page and in the JSON."""
    done = forget_in_files(settings.path("reports"), Needles("nobody at all", int(key)), NOW, 30.0)
    assert {one.outcome for one in done} == {"mended"}
    assert f"Reader {key}" not in page.read_text()
    assert f'"reader": "{key}"' not in page.with_suffix(".json").read_text()


def test_the_sample_is_bounded_by_default():
    """A report takes the time of some trainings on so many readers, whatever the installation's size."""
    assert Params().data_report.readers == 2_000
