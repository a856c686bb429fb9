"""Today: what is served now, how old it is, what is red, what waits for a person."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from frontpage.desk.visit import Anybody
from frontpage.store.watching import executions

router = APIRouter()
#: Of `sql/desk/waiting.sql`: what it is, where it is looked at, and whether it is red or only to be known.
_WAITING = (
    ("red_checks", "checks are red", "/quality", True),
    ("failed_runs", "executions failed since yesterday", "/runs?failed=yes", True),
    ("drifted", "confirmed findings of drift", "/drift", True),
    ("reports", "articles reported as misleading", "/articles", True),
    ("rollouts", "rollouts wait for an answer", "/experiments", True),
    ("holds", "lists are held by a rollback", "/versions", True),
    ("stopped_mails", "editions of the digest are stopped", "/digest", True),
    ("experiments", "experiments are running", "/experiments", False),
    ("quarantined", "rows went to quarantine since yesterday", "/quality", False),
)


@router.get("/")
def today(visit: Anybody) -> HTMLResponse:
    """The first page."""
    found = visit.row("waiting", now=visit.now)
    waiting = [(found[name], said, path, is_red) for name, said, path, is_red in _WAITING if found[name]]
    return visit.page(
        "today.html",
        served=visit.rows("served"),
        waiting=waiting,
        hours=visit.rows("hours", series="reads", now=visit.now),
        days=visit.rows("days", now=visit.now),
        flips=visit.rows("makers", most=8),
        executions=executions.newest(visit.connection, limit=8),
        held_sources=visit.desk.params.extract.held_sources,
        too_old_minutes=visit.settings.run_too_old_minutes,
    )
