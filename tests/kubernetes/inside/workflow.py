"""Run in Airflow's pod: PASSWORD WORKFLOW AS_OF UNTIL: a workflow's tasks up to UNTIL, with their states, as JSON."""

import json
import sys
import time
from collections.abc import Callable

from frontpage.core.clock import parse_as_of
from frontpage.stack.airflow_api import PARTS, AirflowApi

SECONDS, FAILED = 500, ("failed", "upstream_failed")


def main() -> None:
    """Wait until all parts are healthy and the workflow is known, ask for a run, and wait for the task."""
    password, workflow, as_of, last = sys.argv[1:]
    airflow = AirflowApi("http://127.0.0.1:8080", "admin", password)
    wait(lambda: airflow.is_healthy(PARTS) and workflow in airflow.dag_ids())
    airflow.warm_up()
    airflow.unpause(workflow)
    run_id = airflow.ensure_run(workflow, parse_as_of(as_of))

    def tasks() -> dict[str, str]:
        return airflow.run_state(workflow, run_id).tasks

    wait(lambda: tasks()[last] in ("success", *FAILED))
    sys.stdout.write(json.dumps({"healthy": PARTS, "tasks": tasks()}))


def wait(is_so: Callable[[], bool]) -> None:
    """Raises SystemExit after SECONDS."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() > began + SECONDS:
            raise SystemExit("waited in vain")
        time.sleep(2)


if __name__ == "__main__":
    main()
