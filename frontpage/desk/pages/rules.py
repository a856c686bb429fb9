"""Editorial rules: those in force, what a proposal would change, and what the served lists are made of."""

from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from frontpage.core.errors import BadInputError
from frontpage.desk.visit import Anybody, Editor

router = APIRouter()
_LABELS = ("category", "publisher")


@router.get("/rules")
def overview(visit: Anybody) -> HTMLResponse:
    """The rules in force, and who put them there."""
    history = visit.rows("rule_sets")
    rules = history[0]["rules"] if history else []
    text = yaml.safe_dump({"rules": rules}, sort_keys=False, allow_unicode=True)
    version = history[0]["version"] if history else 0
    return visit.page("rules.html", version=version, rules=rules, text=text, history=history, labels=_LABELS)


@router.get("/shares/{label}")
def shares(visit: Anybody, label: str) -> HTMLResponse:
    """What share of the served places each category, or publisher, has."""
    if label not in _LABELS:
        raise BadInputError(f"shares are counted by {' or '.join(_LABELS)}")
    return visit.page("shares_part.html", rows=visit.rows("shares", label=label), label=label)


@router.post("/rules-diff")
def foresee(visit: Editor) -> HTMLResponse:
    """What a proposal would change in the lists that are served now; nothing is changed."""
    from frontpage.rules import effect_text
    from frontpage.steps import rules

    with TemporaryDirectory() as folder:
        file = _written(Path(folder), visit.form.get("rules", ""))
        changes, effect = rules.foreseen(visit.connection, visit.settings, visit.desk.params, [file], "champion")
    return visit.page("rules_diff.html", changes=changes, lines=[*effect_text.lines(effect.as_json())])


@router.post("/rules")
def apply(visit: Editor) -> RedirectResponse:
    """Put a proposal into force in place of all rules; the next refresh makes lists by it."""
    with TemporaryDirectory() as folder:
        file = _written(Path(folder), visit.form.get("rules", ""))
        done = visit.does("rules apply", [file], module="rules", function="apply", reason=visit.form.get("reason", ""))
    return visit.back("/rules", f"version {done.details['version']} is {done.details['outcome']}")


def _written(folder: Path, text: str) -> Path:
    file = folder / "proposal.yaml"
    file.write_text(text.replace("\r\n", "\n"), encoding="utf-8")
    return file
