"""The pages, as a router that the operators' desk can mount or that runs alone. They only read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, FastAPI, HTTPException, Query
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, select_autoescape

from frontpage.core.clock import iso
from frontpage.core.errors import FrontpageError
from frontpage.core.settings import Settings
from frontpage.monitoring.logs import LogStore
from frontpage.monitoring.pages.chart import svg
from frontpage.monitoring.panels import DASHBOARDS, Dashboard, Panel
from frontpage.monitoring.prometheus import Prometheus
from frontpage.monitoring.reports import resources
from frontpage.store.connect import connect
from frontpage.store.server import database_url
from frontpage.store.watching import monitoring

_PAGES = Environment(loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=select_autoescape())
_POINTS = 120
_AT_ONCE = 4
_NOTIFIED = 50
Hours = Annotated[float, Query(gt=0, le=24 * 31, description="how far back")]


def router(settings: Settings, now: Callable[[], datetime]) -> APIRouter:
    """`/monitoring/NAME` draws a dashboard; `/alerts` what fires, `/logs` lines by id, `/resources` what steps take."""
    routes = APIRouter(prefix="/monitoring", default_response_class=HTMLResponse)
    prometheus, store = Prometheus(settings.prometheus_url), LogStore(settings.log_store_url)
    #: What Alertmanager's webhook brought, the newest first.
    notified: deque[tuple[datetime, str, dict[str, Any]]] = deque(maxlen=_NOTIFIED)

    @routes.get("")
    @routes.get("/alerts")
    def firing() -> str:
        lines = _tried(lambda: prometheus.now('ALERTS{alertname!="Watchdog"}'))
        return _page("alerts.html", "alerts", alerts=[line.labels for line in lines], notified=notified)

    @routes.post("/notified/{receiver}", status_code=204, response_class=Response)
    def take(receiver: str, said: Annotated[dict[str, Any], Body()]) -> None:
        notified.appendleft((now(), receiver, said))

    @routes.get("/logs")
    def logs(name: Annotated[str, Query(alias="id")] = "") -> str:
        found = _tried(lambda: store.story(name)) if name else []
        return _page("logs.html", "logs", asked=name, lines=found)

    @routes.get("/resources")
    def steps() -> str:
        return resources.page(_tried(lambda: _resources(settings, now())), iso(now()))

    @routes.get("/{name}")
    def dashboard(name: str, hours: Hours = 3.0) -> str:
        shown = next((each for each in DASHBOARDS if each.name == name), None)
        if shown is None:
            raise HTTPException(404, f"there is no dashboard {name}")
        pictures = _tried(lambda: _drawn(prometheus, shown, now(), hours))
        return _page("dashboard.html", name, title=shown.title, hours=hours, pictures=pictures)

    return routes


def app(settings: Settings, now: Callable[[], datetime]) -> FastAPI:
    """The router alone."""
    alone = FastAPI(title="Frontpage: monitoring", docs_url=None, redoc_url=None, openapi_url=None)
    alone.include_router(router(settings, now))
    return alone


def _drawn(prometheus: Prometheus, shown: Dashboard, until: datetime, hours: float) -> list[tuple[Panel, str]]:
    """Each panel with its picture."""
    since, step = until - timedelta(hours=hours), hours * 3600 / _POINTS
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        asked = [pool.submit(prometheus.over, panel.query, since, until, step) for panel in shown.panels]
        return [(panel, svg(panel, one.result())) for panel, one in zip(shown.panels, asked, strict=True)]


def _resources(settings: Settings, until: datetime) -> list[dict[str, Any]]:
    with connect(database_url(settings), application="frontpage monitoring") as connection:
        return monitoring.ask(connection, "resources", until)


def _tried(ask: Callable[[], Any]) -> Any:
    """What was asked for; 503 with the sentence where it is not to be had."""
    try:
        return ask()
    except FrontpageError as error:
        raise HTTPException(503, str(error)) from error


def _page(template: str, here: str, **values: Any) -> str:
    return _PAGES.get_template(template).render(dashboards=DASHBOARDS, here=here, **values)
