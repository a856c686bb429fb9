"""One request of one person: what a page is given to read and to answer with."""

import importlib
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import Depends, HTTPException
from fastapi.concurrency import contextmanager_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from frontpage.core.clock import parse_as_of
from frontpage.core.lineage.trigger import Trigger
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.desk.gates import Gate
from frontpage.desk.people import EVERYBODY, OF_READERS, Person, Role, Seal
from frontpage.desk.templating import filled
from frontpage.store.connect import Connection, connect
from frontpage.store.server import database_url
from frontpage.store.watching import look

_MAX_FORM_BYTES = 200_000
TOKEN = "form_token"  # noqa: S105 - the name of a field


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk: where it reads, who may come in, and whether it has a log-in page of its own."""

    settings: Settings
    params: Params
    gate: Gate
    seal: Seal
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page has. form: the fields of a POST."""

    request: Request
    desk: Desk
    person: Person
    connection: Connection
    form: dict[str, str]

    @property
    def settings(self) -> Settings:
        """The installation's, with the person as who acts."""
        return self.desk.settings.model_copy(update={"actor": self.person.actor})

    @property
    def now(self) -> datetime:
        """The desk's time: of historic data the moment that API and digest take as now."""
        return parse_as_of(self.settings.clock) if self.settings.clock else datetime.now(UTC)

    def rows(self, name: str, **values: Any) -> list[dict[str, Any]]:
        """Rows of `sql/desk/<name>.sql`."""
        return look.rows(self.connection, name, values)

    def row(self, name: str, **values: Any) -> dict[str, Any]:
        """The first row; empty where there is none."""
        return next(iter(self.rows(name, **values)), {})

    def page(self, template: str, **values: Any) -> HTMLResponse:
        """A page of `templates/`."""
        context = {
            "root": root_of(self.request), "person": self.person, "now": self.now, "is_alone": self.desk.is_alone,
            "said": self.request.query_params.get("said", ""), "here": self.request.url.path,
            "token": self.desk.seal.form_token(self.person), "Role": Role,
        }  # fmt: skip
        return HTMLResponse(filled(template, context | values))

    def back(self, path: str, said: str) -> RedirectResponse:
        """After a change: the page that shows it, with what was done."""
        return RedirectResponse(f"{root_of(self.request)}{path}?{urlencode({'said': said})}", 303)

    def does(self, verb: str, *arguments: Any, module: str = "", function: str = "run", **options: Any) -> Summary:
        """What the command line would do for this person, recorded as an execution of theirs.

        `steps.<module or verb>.<function>`, which is loaded when it is wanted: the desk opens in a moment.
        """
        from frontpage.lifecycle.executions.recording import recorded

        step = getattr(importlib.import_module(f"frontpage.steps.{module or verb}"), function)
        settings, params = self.settings, self.desk.params
        trigger = Trigger(caller="desk", reason=options.get("reason", ""))
        asked = {name: value for name, value in options.items() if value is not None}
        with recorded(settings, params, verb, asked, trigger, lambda: datetime.now(UTC)) as execution:
            summary: Summary = step(settings, params, *arguments, **options)
            execution.summary = summary
        return summary


def root_of(request: Request) -> str:
    """Where the desk is mounted; empty where it is alone."""
    return str(request.scope.get("root_path", "")).rstrip("/")


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form, the last of a name; none of a GET. Raises 413 for a large one."""
    if request.method != "POST":
        return {}
    body = await request.body()
    if len(body) > _MAX_FORM_BYTES:
        raise HTTPException(413, "this form is too large")
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


class Entrance:
    """A dependency of a route: lets in who has one of the roles, and refuses forms of other sites."""

    def __init__(self, roles: Collection[Role] = EVERYBODY) -> None:
        self.roles = frozenset(roles)

    async def __call__(
        self, request: Request, form: Annotated[dict[str, str], Depends(form_of)]
    ) -> AsyncIterator[Visit]:
        """The visit; its connection is closed after the answer."""
        if any("\x00" in text for text in (request.scope["path"], *request.query_params.values(), *form.values())):
            raise HTTPException(400, "no id and no text holds a NUL character")
        desk: Desk = request.app.state.desk
        async with contextmanager_in_threadpool(_connected(desk.settings)) as connection:
            person = await desk.gate(request, connection)
            if person is None:
                raise HTTPException(401, "log in first")
            if not person.may(self.roles):
                raise HTTPException(403, f"this is for {' and '.join(sorted(self.roles))}s")
            if request.method == "POST" and not desk.seal.is_token(person, form.get(TOKEN, "")):
                raise HTTPException(403, "this form is not from a page of yours; load the page again")
            yield Visit(request, desk, person, connection, form)


#: A page for everybody who may come in; one about a reader; what editors and operators change; what auditors look at.
Anybody = Annotated[Visit, Depends(Entrance())]
LooksAtReaders = Annotated[Visit, Depends(Entrance(OF_READERS))]
Editor = Annotated[Visit, Depends(Entrance({Role.EDITOR}))]
Operator = Annotated[Visit, Depends(Entrance({Role.OPERATOR}))]
Auditor = Annotated[Visit, Depends(Entrance({Role.AUDITOR}))]


@contextmanager
def _connected(settings: Settings) -> Iterator[Connection]:
    with connect(database_url(settings), application="frontpage desk") as connection:
        yield connection


def answered(response: Response) -> Response:
    """The response with what keeps a page to itself: nothing of other sites, in no frame but Airflow's."""
    response.headers.update(
        {
            "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }
    )
    if not response.headers.get("content-type", "").startswith(("text/css", "text/javascript", "image/")):
        response.headers["Cache-Control"] = "no-store"
    return response
