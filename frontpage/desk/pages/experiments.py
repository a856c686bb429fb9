"""Experiments and rollouts: what readers are compared on, what can be said of it, and stopping or answering."""

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.core.experiments.experiment import KINDS
from frontpage.desk.visit import Anybody, Operator

if TYPE_CHECKING:
    from frontpage.lifecycle.experiments.analysis import Analysis

router = APIRouter()
_ANSWERS = {"advance": "advance", "approve": "approve", "take-back": "take_back"}


@router.get("/experiments")
def overview(visit: Anybody) -> HTMLResponse:
    """Every experiment, and the newest rollouts with their trail."""
    from frontpage.store.judging import experiments
    from frontpage.store.lifecycle import rollouts

    trials = rollouts.newest(visit.connection, limit=3)
    return visit.page(
        "experiments.html",
        found=experiments.newest(visit.connection)[::-1],
        kinds=KINDS,
        metrics=experiments.METRICS,
        trials=[(one, rollouts.events(visit.connection, one.rollout_id)[::-1]) for one in trials],
    )


@router.get("/experiments/{name}")
def show(visit: Anybody, name: str) -> HTMLResponse:
    """One experiment, with what can be said of it now."""
    from frontpage.lifecycle.experiments.verdict import head, verdict
    from frontpage.steps.experiment import analysis_of
    from frontpage.store.judging import experiments

    found = next(iter(experiments.newest(visit.connection, name)), None)
    if found is None:
        raise NothingPublishedError(f"there is no experiment {name}")
    judged = analysis_of(visit.connection, visit.desk.params, found, visit.now)
    return visit.page(
        "experiment.html", found=found, kinds=KINDS, head=head(judged), sentences=verdict(judged), judged=judged,
        charts=_charts(judged),
    )  # fmt: skip


@router.post("/experiments")
def start(visit: Operator) -> RedirectResponse:
    """Start one."""
    name = visit.form.get("name", "").strip()
    visit.does(
        "experiment start", visit.now, name, module="experiment", function="start", arms=visit.form.get("arms", ""),
        metrics=[visit.form.get("metric", "")], interleave="interleave" in visit.form,
        reason=visit.form.get("reason", ""),
    )  # fmt: skip
    return visit.back(f"/experiments/{name}", f"{name} is running")


@router.post("/experiments/{name}/stop")
def stop(visit: Operator, name: str) -> RedirectResponse:
    """Stop one; its readers are served as everybody from then on."""
    reason = visit.form.get("reason", "")
    visit.does("experiment stop", visit.now, name, module="experiment", function="stop", reason=reason)
    return visit.back(f"/experiments/{name}", f"{name} was stopped")


@router.post("/rollout")
def answer(visit: Operator) -> RedirectResponse:
    """Go on with a rollout, or take it back."""
    wanted = visit.form.get("do", "")
    if wanted not in _ANSWERS:
        raise BadInputError(f"a rollout can be answered by {', '.join(_ANSWERS)}")
    reason, function = visit.form.get("reason", ""), _ANSWERS[wanted]
    done = visit.does(f"rollout {wanted}", module="rollout", function=function, as_of=visit.now, reason=reason)
    return visit.back(
        "/experiments", f"{done.artifact}: {done.details['state']}, {done.details['share']:.0%} of readers"
    )


def _charts(judged: "Analysis") -> list[dict[str, Any]]:
    """For each comparison the difference with its interval, day by day, where there is any."""
    days = [day.timestamp() for day in judged.days]
    return [
        {
            "title": f"{one.metric}: {one.arm} against {judged.experiment.arms[0].name}",
            "x": days,
            "series": [
                {"label": label, "values": [each and float(getattr(each, name)) for each in one.differences]}
                for label, name in (("difference", "value"), ("at least", "low"), ("at most", "high"))
            ],
        }
        for one in judged.comparisons
        if any(each is not None for each in one.differences)
    ]
