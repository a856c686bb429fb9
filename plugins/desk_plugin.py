"""The desk inside Airflow: in the menu, and as a tab of DAG runs. It asks Airflow who somebody is, at each request.

Airflow loads plugins in every one of its processes, so nothing heavy is imported until somebody opens a page.
"""

import asyncio
from typing import Any

from airflow.plugins_manager import AirflowPlugin

PREFIX = "/desk"


class DeskWhenAsked:
    """An ASGI application that is made of the installation's settings at its first request."""

    def __init__(self) -> None:
        self._app: Any = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async with self._making:
            if self._app is None:
                self._app = await asyncio.to_thread(_made)
        await self._app(scope, receive, send)


def _made() -> Any:
    from frontpage.desk.installed import desk_in_airflow

    return desk_in_airflow()


class DeskPlugin(AirflowPlugin):
    """Frontpage's desk."""

    name = "frontpage_desk"
    fastapi_apps = [{"app": DeskWhenAsked(), "url_prefix": PREFIX, "name": "Frontpage desk"}]  # noqa: RUF012 - Airflow's shape
    external_views = [  # noqa: RUF012 - Airflow's shape
        {"name": "Desk", "href": f"{PREFIX}/", "destination": "nav", "url_route": "desk"},
        {"name": "Lists", "href": f"{PREFIX}/runs", "destination": "dag_run", "url_route": "desk_runs"},
    ]
