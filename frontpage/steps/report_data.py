"""`frontpage report data`: what rules on data are worth to the model, and where it errs most."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from etl.rows.reasons import RejectReason, RowError
from etl.rows.values import identity, required_moment, seconds, text
from frontpage.core import columns as c
from frontpage.core.history import READ_COLUMNS, History
from frontpage.core.identity.pseudonym import Pseudonyms
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.data_report.page import page, table
from frontpage.steps.retune import sample
from frontpage.store.connect import connect
from frontpage.store.governance.erasures import erased
from frontpage.store.history import load_history, load_refused, load_suspicious
from frontpage.store.server import database_url
from models.evaluation.data_rules import SetAside
from models.evaluation.data_worth import data_worth
from models.files import write_bytes

#: Why a read is refused whose reader, article and time are known: without the rule it would be one.
REFUSED = (RejectReason.NEGATIVE_DWELL, RejectReason.DWELL_TOO_LONG, RejectReason.UNKNOWN_KIND)


def run(settings: Settings, params: Params, as_of: datetime, json_file: Path | None = None) -> Summary:
    """A page and JSON of `as_of` below `home/reports/data`, and a line for each rule printed.

    Of at most `data_report.readers` readers by lot. json_file: the JSON there, too. Raises NothingToLearnError where
    the history is too short to hold hours back from a training.
    """
    asked = params.data_report
    history, aside = _known(settings, params, as_of)
    few = sample(history, asked.readers, params.seed)
    found = data_worth(few, aside.within(few), params, asked.min_reads)
    written = (json.dumps(found, indent=2, ensure_ascii=False) + "\n").encode()
    target = settings.path("reports", "data", f"{as_of:%Y%m%dT%H%M%S}.html")
    write_bytes(target, page(found).encode())
    for file in (target.with_suffix(".json"), *([json_file] if json_file else [])):
        write_bytes(file, written)
    print(table(found))  # noqa: T201 - this verb's result is what it prints
    details = {row["rule"].replace(" ", "_"): row["verdict"].replace(" ", "_") for row in found["rules"]}
    return Summary(
        "report data", len(few.reads), found["n_lists"], artifact=str(target), details=details, inputs=few.rows()
    )


def _known(settings: Settings, params: Params, as_of: datetime) -> tuple[History, SetAside]:
    with connect(database_url(settings), application="frontpage report") as connection:
        history = load_history(connection, as_of, params.data)
        suspicious = load_suspicious(connection, as_of, params.data)
        rows = load_refused(connection, as_of, params.data, [*REFUSED])
        pseudonyms = Pseudonyms(settings.pseudonym_secret.get_secret_value(), erased(connection))
    return history, SetAside(_frame(_reads(rows, pseudonyms)), suspicious)


def _reads(rows: list[dict[str, Any]], pseudonyms: Pseudonyms) -> Iterator[dict[str, Any]]:
    """Quarantined rows as reads; what was cut, or is damaged elsewhere too, is left out."""
    for row in rows:
        try:
            yield _read(orjson.loads(row["payload"]), row, pseudonyms)
        except (RowError, orjson.JSONDecodeError):
            continue


def _read(sent: dict[str, Any], row: Mapping[str, Any], pseudonyms: Pseudonyms) -> dict[str, Any]:
    occurred_at = required_moment(sent, c.OCCURRED_AT)
    return {
        c.EVENT_ID: f"refused {row['locator']}",
        c.READER_KEY: pseudonyms.key(identity(sent, c.READER_ID)),
        c.ARTICLE_ID: identity(sent, c.ARTICLE_ID),
        c.KIND: "read",
        c.OCCURRED_AT: occurred_at,
        c.RECORDED_AT: max(occurred_at, row[c.RECORDED_AT]),
        c.DWELL_SECONDS: seconds(sent, c.DWELL_SECONDS),
        **{name: text(sent, name) for name in (c.SURFACE, c.REGION, c.DEVICE, c.REFERRER)},
    }


def _frame(reads: Iterator[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(reads), columns=list(READ_COLUMNS))
    for name in (c.OCCURRED_AT, c.RECORDED_AT):
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    return frame.astype({c.DWELL_SECONDS: "float64", c.READER_KEY: "int64"})
