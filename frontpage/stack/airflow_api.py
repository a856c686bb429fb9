"""Airflow's REST API, as far as we need it: ask for a run and see its tasks' states."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from frontpage.core.clock import iso
from frontpage.core.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


#: What a run needs; the triggerer only says when a run should start beside the clock.
NEEDED = ("metadatabase", "scheduler", "dag_processor")
#: What Airflow's first page shows.
PARTS = (*NEEDED, "triggerer")


@dataclass(frozen=True, slots=True)
class RunState:
    """One run as Airflow sees it; `tasks` maps task ids to states in the order of the workflow."""

    state: str
    tasks: dict[str, str]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to the run."""
        return self.state in {"success", "failed"}


class AirflowApi:
    """A logged-in client. Every method raises UnavailableError where Airflow does not answer or refuses."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=30.0, trust_env=False)
        self._login = {"username": user, "password": password}

    def is_healthy(self, parts: Sequence[str] = PARTS) -> bool:
        """Whether these parts all report to be well, as on Airflow's first page; False while nothing answers."""
        try:
            health = self._client.get("/api/v2/monitor/health").json()
        except (httpx.HTTPError, ValueError):
            return False
        return all(health.get(part, {}).get("status") == "healthy" for part in parts)

    def warm_up(self) -> None:
        """Let Airflow build the interface that tasks talk to, which it does at the first request: seconds of work."""
        with contextlib.suppress(httpx.HTTPError):
            self._client.get("/execution/health", timeout=120.0)

    def dag_ids(self) -> set[str]:
        """The workflows that Airflow has read."""
        return {dag["dag_id"] for dag in self._call("GET", "/api/v2/dags")["dags"]}

    def unpause(self, dag_id: str) -> None:
        """Let runs of the workflow start."""
        self._call("PATCH", f"/api/v2/dags/{dag_id}?update_mask=is_paused", {"is_paused": False})

    def ensure_run(self, dag_id: str, as_of: datetime, purpose: str = "", asked_by: str = "") -> str:
        """A run about `as_of` that is over or under way; its id, the same for the same moment and purpose.

        asked_by: a workflow that asks for such a run by itself (plugins/trigger_operator.py); it is the same run then.
        One that failed is taken up again where it failed; one that succeeded is left as it is.
        """
        purposes = [purpose.replace(" ", "_")] if purpose and not asked_by else []
        run_id = "__".join([asked_by or "make_run", iso(as_of), *purposes])
        body = {"dag_run_id": run_id, "logical_date": None, "conf": {"as_of": iso(as_of)}}
        answer = self._request("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)
        if answer.status_code == httpx.codes.CONFLICT:
            if self.run_state(dag_id, run_id).state == "failed":
                again = {"dry_run": False, "only_failed": True}
                self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/clear", again)
        else:
            _accepted(answer)
        return run_id

    def run_state(self, dag_id: str, run_id: str) -> RunState:
        """State of a run and its tasks."""
        run = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"
        tasks = self._call("GET", f"{run}/taskInstances")["task_instances"]
        return RunState(self._call("GET", run)["state"], {task["task_id"]: task["state"] or "none" for task in tasks})

    def run_record(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """What Airflow keeps of a run: times as ISO 8601 text; `tasks` are its tasks by id, each with its `result`."""
        run = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"
        found = {task["task_id"]: task for task in self._call("GET", f"{run}/taskInstances")["task_instances"]}
        for name, task in found.items():
            task["result"] = self._call("GET", f"{run}/taskInstances/{name}/xcomEntries/return_value")["value"]
        return {**self._call("GET", run), "tasks": found}

    def last_lines(self, dag_id: str, run_id: str, task_id: str, n: int = 5) -> list[str]:
        """The end of the log of a task's last try."""
        task = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances/{task_id}"
        tried = self._call("GET", task)["try_number"]
        content = self._call("GET", f"{task}/logs/{tried}?full_content=true")["content"]
        return [str(line.get("event", "")) for line in content][-n:]

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return _accepted(self._request(method, path, body)).json()

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        try:
            if "authorization" not in self._client.headers:
                token = _accepted(self._client.post("/auth/token", json=self._login)).json()["access_token"]
                self._client.headers["authorization"] = f"Bearer {token}"
            return self._client.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise UnavailableError(f"Airflow does not answer at {self._client.base_url} ({error})") from error


def _accepted(answer: httpx.Response) -> httpx.Response:
    """The answer itself, unless Airflow refused: then UnavailableError with its words."""
    if answer.is_success:
        return answer
    request = answer.request
    raise UnavailableError(
        f"Airflow refused {request.method} {request.url.path} ({answer.status_code}: {answer.text[:200]})"
    )
