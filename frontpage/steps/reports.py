"""`frontpage reports`: what readers, editors and fact-checkers say is misleading, and what a person decides."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from etl.rows.texts import canonical_url
from etl.rows.tracking import TrackingFields
from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.lists import LIST_LENGTH
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.rules.claim_review import fact_checks
from frontpage.store.connect import Connection, connect
from frontpage.store.governance import reports
from frontpage.store.governance.reports import Report
from frontpage.store.server import database_url

_SECONDS, _MAX_BYTES = 30.0, 50_000_000
#: Who holds an article back without a person.
HOLDING = "system:reports"


def show(settings: Settings, params: Params) -> Summary:
    """Print what waits for a person, as JSON lines, most reporters first."""
    with connect(database_url(settings), application="frontpage reports") as connection:
        rows = reports.queue(connection, _since(params))
    for row in rows:
        print(json.dumps(row, default=str, ensure_ascii=False))  # noqa: T201 - this verb's result is what it prints
    return Summary("reports list", rows_out=len(rows))


def add(settings: Settings, params: Params, article_id: str, *, reason: str, evidence: str = "") -> Summary:
    """An editor's report. Raises BadInputError without a reason, and for an article that nobody knows."""
    if not reason.strip():
        raise BadInputError("say what is misleading: --reason 'the quote was made up'")
    with connect(database_url(settings), application="frontpage reports") as connection:
        report = Report(article_id, str(settings.acting), "editor", reason, evidence or None)
        outcome = reports.take(connection, report)
        if outcome == "unknown":
            raise BadInputError(f"there is no article {article_id!r}")
        held = hold_due(connection, params)
    return Summary("reports add", 1, 1, artifact=f"article:{article_id}", details={"outcome": outcome, **held})


def fetch(settings: Settings, params: Params, place: str) -> Summary:
    """Take in a ClaimReview feed: articles at the addresses that it found false are reported, and held where due.

    Raises BadInputError for what is no such feed, UnavailableError where it cannot be fetched.
    """
    checks = fact_checks(_content(place), place)
    fields = TrackingFields(params.extract.tracking_fields, params.extract.page_fields)
    with connect(database_url(settings), application="frontpage reports") as connection:
        urls = list(dict.fromkeys(check.url for check in checks))
        known = reports.by_address(connection, urls, [canonical_url(url, fields) for url in urls])
        n_new = 0
        for check in checks:
            for article_id in [one for url, one in known if url == check.url]:
                said = f"{check.rating}: {check.claim}"
                report = Report(article_id, f"claimreview:{check.checker}", "claimreview", said, check.evidence)
                n_new += reports.take(connection, report) == "taken"
        held = hold_due(connection, params)
    return Summary("reports fetch", len(checks), n_new, artifact=place, details={"articles": len(known), **held})


def review(settings: Settings, params: Params, *, as_of: datetime | None = None) -> Summary:
    """Hold back what enough reporters named, until a person decides.

    as_of: of the run that asks, for the record; a hold acts at once, so reports count by the clock.
    """
    with connect(database_url(settings), application="frontpage reports") as connection:
        held = hold_due(connection, params)
    details = held if as_of is None else {**held, "as_of": as_of}
    return Summary("reports review", rows_out=len(held["held"]), details=details)


def decide(
    settings: Settings, params: Params, article_id: str, *, is_misleading: bool, reason: str, evidence: str = ""
) -> Summary:
    """What a person decides: misleading for `editorial.flag_days`, or not.

    Raises BadInputError without a reason, and for an article that nobody reported.
    """
    if not reason.strip():
        raise BadInputError("give a reason for the decision, which is written down: --reason 'checked with the source'")
    until = datetime.now(UTC) + timedelta(days=params.editorial.flag_days) if is_misleading else None
    state: reports.State = "upheld" if is_misleading else "dismissed"
    with connect(database_url(settings), application="frontpage reports") as connection:
        actor = str(settings.acting)
        is_new = reports.set_state(connection, article_id, state, actor, reason, until=until, evidence=evidence or None)
    details = {"state": state, "until": until, "outcome": "decided" if is_new else "unchanged"}
    return Summary("reports decide", 1, int(is_new), artifact=f"article:{article_id}", details=details)


def hold_due(connection: Connection, params: Params) -> dict[str, list[str]]:
    """Hold what is due; ids that were held, and ids that would have taken too much of somebody's list."""
    sources, most = params.editorial.hold_sources, int(params.editorial.max_held_share * LIST_LENGTH)
    held, refused = [], []
    for _ in range(LIST_LENGTH):  # one at a time: each counts in the share of the next
        due = [row for row in reports.due_holds(connection, _since(params), sources, most) if not row["too_much"]]
        if not due:
            break
        reason = f"{due[0]['n']} reporters within {params.editorial.report_days:g} days"
        reports.set_state(connection, due[0]["article_id"], "held", HOLDING, reason)
        held.append(due[0]["article_id"])
    refused = [row["article_id"] for row in reports.due_holds(connection, _since(params), sources, most)]
    return {"held": held, "not_held": refused}


def _since(params: Params) -> datetime:
    return datetime.now(UTC) - timedelta(days=params.editorial.report_days)


def _content(place: str) -> str:
    if not place.startswith(("http://", "https://")):
        try:
            return Path(place).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInputError(f"{place} cannot be read ({getattr(error, 'strerror', None) or error})") from error
    try:
        answer = httpx.get(place, timeout=_SECONDS, follow_redirects=True)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise UnavailableError(f"{place} cannot be fetched ({error}); try again later") from error
    if len(answer.content) > _MAX_BYTES:
        raise BadInputError(f"{place} is longer than {_MAX_BYTES} bytes")
    return answer.text
