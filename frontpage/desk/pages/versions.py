"""Versions of the model and runs of lists: what serves, what it passed, and changing that by hand."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from frontpage.core.errors import NothingPublishedError
from frontpage.desk.visit import Anybody, Operator, Visit
from frontpage.store import versions

router = APIRouter()
_CARD_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"


@router.get("/versions")
def overview(visit: Anybody) -> HTMLResponse:
    """The champion's line, every version, and the runs of lists that one could go back to."""
    trail = versions.events(visit.connection)
    return visit.page(
        "versions.html",
        found=versions.newest(visit.connection, limit=50),
        champions=[event for event in trail if event.to_stage == "champion"][::-1],
        former=versions.former(visit.connection),
        served=visit.rows("served"),
        runs=visit.rows("runs", most=20),
    )


@router.get("/versions/{version}")
def show(visit: Anybody, version: str, against: str = "") -> HTMLResponse:
    """One version: figures, verdicts, trail, pictures; and what differs from another."""
    from frontpage.lifecycle.artefacts import folder_of
    from frontpage.lifecycle.release.card import pictures_of

    row = versions.get(visit.connection, version)
    others = [one.version for one in versions.newest(visit.connection, limit=30) if one.version != version]
    return visit.page(
        "version.html",
        row=row,
        trail=versions.events(visit.connection, version),
        pictures=pictures_of(folder_of(row, visit.settings)),
        slices=row.acceptance.get("slices", []),
        others=others,
        against=against,
        differences=_differences(visit, version, against) if against else [],
    )


@router.get("/versions/{version}/card")
def card(visit: Anybody, version: str) -> HTMLResponse:
    """The card of a version, as the registry writes it."""
    from frontpage.lifecycle.artefacts import folder_of
    from frontpage.lifecycle.release.card import card_page

    row = versions.get(visit.connection, version)
    page = card_page(row, versions.events(visit.connection, version), folder_of(row, visit.settings))
    return HTMLResponse(page, headers={"Content-Security-Policy": _CARD_POLICY})


@router.get("/versions/{version}/profile.html")
def profile(visit: Anybody, version: str) -> HTMLResponse:
    """The data that it learned from; the card links it."""
    from frontpage.lifecycle.artefacts import folder_of
    from frontpage.lifecycle.profile import profile_file

    file = profile_file(folder_of(versions.get(visit.connection, version), visit.settings))
    if not file.is_file():
        raise NothingPublishedError(f"{version} has no profile of its data: it was made before there were any")
    return HTMLResponse(file.read_bytes(), headers={"Content-Security-Policy": _CARD_POLICY})


@router.post("/versions/{version}/promote")
def make_champion(visit: Operator, version: str) -> RedirectResponse:
    """Make it the champion, if it is fit for this machine."""
    done = visit.does("models promote", version, module="promote", reason=visit.form.get("reason", ""))
    return visit.back("/versions", f"{version} is champion; before it was {done.details['former']}")


@router.post("/champion-back")
def take_back(visit: Operator) -> RedirectResponse:
    """Reject the champion; the one before it takes its place."""
    done = visit.does("models rollback", module="models", function="rollback", reason=visit.form.get("reason", ""))
    return visit.back("/versions", f"{done.details['champion']} is champion again")


@router.get("/lists-back/{run_id}")
def foresee(visit: Operator, run_id: int) -> HTMLResponse:
    """What would be served if one went back to a run: nothing is changed."""
    now_id = next((row["run_id"] for row in visit.rows("served") if row["variant"] == "champion"), 0)
    foreseen = visit.row("compared_runs", run_id=run_id, now_id=now_id)
    return visit.page("rollback_part.html", run_id=run_id, now_id=now_id, foreseen=foreseen)


@router.post("/lists-back/{run_id}")
def serve_again(visit: Operator, run_id: int) -> RedirectResponse:
    """Serve the lists of an earlier run, and hold them; or let go of them."""
    is_lift, reason = visit.form.get("do") == "lift", visit.form.get("reason", "")
    to = None if is_lift else run_id
    done = visit.does("rollback", variant="champion", to=to, reason=reason, lift=is_lift)
    said = "the next refresh publishes again" if is_lift else f"{done.artifact} is served and held"
    return visit.back("/versions", said)


def _differences(visit: Visit, version: str, against: str) -> list[tuple[str, Any, Any]]:
    one, other = (_facts(versions.get(visit.connection, name)) for name in (version, against))
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    return [(name, one.get(name, "–"), other.get(name, "–")) for name in names]


def _facts(row: versions.ModelVersion) -> dict[str, Any]:
    from frontpage.lifecycle.records import flatten

    kept = {name: value for name, value in asdict(row).items() if name in ("as_of", "snapshot_hash", "parent", "stage")}
    return flatten({**kept, "lineage": row.lineage, "metrics": row.metrics})
