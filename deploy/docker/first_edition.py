"""The first edition in containers: run the workflows through Airflow once, then show ten recommendations."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx

from core.errors import FrontpageError, UnavailableError
from stack import show, watch
from stack.airflow_api import AirflowApi
from stack.console import Console
from stack.plan import WORKFLOWS, PlannedRun, first_edition, live_edition

AIRFLOW_URL = "http://airflow-api:8080"
API_URL = "http://api:8000"
#: A busy machine may keep Airflow from answering in time; asking again goes on where it was.
ATTEMPTS = 5
#: What FRONTPAGE_SOURCES is in docker-compose.yml where nobody set it.
SIMULATED = "/var/lib/frontpage/newsroom"


def main() -> int:
    """Publish where nothing is published yet; the exit code is the one of core/errors.py."""
    console = Console()
    try:
        if _ask("/v1/runs/current") is None:
            planned = live_edition if _is_live() else first_edition
            _publish(console, planned(datetime.now(UTC)))
        lines = list(_lines(os.environ["FRONTPAGE_DATABASE_URL"]))
    except FrontpageError as error:
        sys.stderr.write(f"frontpage: {error}\n")
        return error.exit_code
    for line in lines:
        console.plain(line)
    return 0


def _is_live() -> bool:
    """Whether the sources are somebody's own, not the simulated newsroom."""
    return os.environ["FRONTPAGE_SOURCES"] != SIMULATED


def _lines(database_url: str) -> Iterator[str]:
    api = show.api_client(API_URL, os.environ["FRONTPAGE_API_KEYS"])
    if _is_live():
        return show.live_lines(api, database_url)
    return show.list_lines(show.recommendations(api, show.reader_to_show(database_url)))


def _publish(console: Console, planned: list[PlannedRun]) -> None:
    airflow = AirflowApi(AIRFLOW_URL, "admin", os.environ["AIRFLOW_PASSWORD"])
    for attempt in range(1, ATTEMPTS + 1):
        try:
            watch.wait_until_healthy(airflow, WORKFLOWS, console, _nothing_to_watch)
            airflow.warm_up()
            watch.run_all(airflow, planned, console, _nothing_to_watch)
            return
        except UnavailableError as error:
            if attempt == ATTEMPTS:
                raise
            console.say(f"{error}; asking again")


def _ask(path: str) -> dict[str, object] | None:
    key = os.environ["FRONTPAGE_API_KEYS"].split(",")[0]
    answer = httpx.get(API_URL + path, headers={"X-API-Key": key}, timeout=10.0, trust_env=False)
    return dict(answer.json()) if answer.status_code == httpx.codes.OK else None


def _nothing_to_watch() -> None:
    """The engine watches the containers."""


if __name__ == "__main__":
    sys.exit(main())
