"""The first editions in containers: run the workflows through Airflow once, showing ten recommendations of each."""

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx

from frontpage.core.errors import FrontpageError, UnavailableError
from frontpage.stack import show, watch
from frontpage.stack.airflow_api import NEEDED, AirflowApi
from frontpage.stack.console import Console
from frontpage.stack.plan import WORKFLOWS, PlannedRun, first_edition, first_training, live_edition, personal_edition
from frontpage.stack.watch import Watch

AIRFLOW_URL = "http://airflow-api:8080"
API_URL = os.environ.get("API_URL", "http://api:8000")
#: A busy machine may keep Airflow from answering in time; asking again goes on where it was.
ATTEMPTS = 5
#: What FRONTPAGE_SOURCES is in docker-compose.yml where nobody set it.
SIMULATED = "/var/lib/frontpage/newsroom"


def main() -> int:
    """Publish where no model has made lists yet; the exit code is the one of frontpage/core/errors.py."""
    console = Console()
    try:
        served = _ask("/v1/runs/current")
        if _is_live():
            if served is None:
                _publish(console, live_edition(datetime.now(UTC)))
            _print(console, show.live_lines(_api(), os.environ["FRONTPAGE_DATABASE_URL"]))
            return 0
        if served is None:
            _publish(console, first_edition(datetime.now(UTC)))
            _show(console)
        if served is None or served["model_version"] == show.NO_MODEL:
            _publish(console, first_training(datetime.now(UTC)))
            _publish(console, personal_edition(datetime.now(UTC)))
        _show(console)
    except FrontpageError as error:
        sys.stderr.write(f"frontpage: {error}\n")
        return error.exit_code
    return 0


def _is_live() -> bool:
    """Whether the sources are somebody's own, not the simulated newsroom."""
    return os.environ["FRONTPAGE_SOURCES"] != SIMULATED


def _api() -> httpx.Client:
    return show.api_client(API_URL, os.environ["FRONTPAGE_API_KEYS"])


def _print(console: Console, lines: Iterator[str]) -> None:
    for line in lines:
        console.plain(line)


def _show(console: Console) -> None:
    shown = show.reader_to_show(os.environ["FRONTPAGE_DATABASE_URL"])
    answer = _ask(f"/v1/readers/{shown.reader_id}/recommendations")
    if answer is None:
        raise UnavailableError("the API serves no list although a run was published")
    _print(console, show.list_lines(answer, is_by_rule=shown.is_by_rule))


def _publish(console: Console, planned: Sequence[PlannedRun]) -> None:
    airflow = AirflowApi(AIRFLOW_URL, "admin", os.environ["AIRFLOW_PASSWORD"])
    watcher = Watch(airflow, console, _nothing_to_watch, Path(os.environ["FRONTPAGE_HOME"]))
    for attempt in range(1, ATTEMPTS + 1):
        try:
            watch.wait_until_healthy(watcher, WORKFLOWS, NEEDED)
            airflow.warm_up()
            watch.run_all(watcher, planned)
            return
        except UnavailableError as error:
            if attempt == ATTEMPTS:
                raise
            console.say(f"{error}; asking again")


def _ask(path: str) -> dict[str, object] | None:
    key = os.environ["FRONTPAGE_API_KEYS"].split(",")[0]
    with show.api_client(API_URL, key) as api:
        answer = api.get(path)
    return dict(answer.json()) if answer.status_code == httpx.codes.OK else None


def _nothing_to_watch() -> None:
    """The engine watches the containers."""


if __name__ == "__main__":
    sys.exit(main())
