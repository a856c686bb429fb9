"""A newsroom whose readers want mail, and mail servers to take it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from frontpage.core.settings import Settings
from frontpage.digest.sink.server import start_sink
from frontpage.store.connect import connect
from frontpage.store.governance import roles

from ..serving_world import World
from .post import Moody, free_port


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """Where the sink keeps mails."""
    return tmp_path / "mails"


@pytest.fixture
def sink(mails: Path) -> Iterator[Controller]:
    """A real SMTP server on loopback."""
    controller = start_sink(mails, "127.0.0.1", free_port())
    yield controller
    controller.stop()


@pytest.fixture
def mailing(settings: Settings, sink: Controller) -> Settings:
    """Settings whose mail server is the sink, and whose digest may do what its role may and nothing else."""
    roles.make(settings.database_url)
    as_digest = f"{settings.database_url}?options=-c%20role%3Dfrontpage_digest"
    return settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{sink.port}", "digest_database_url": as_digest})


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Some articles; ann and bob want the digest, cid does not, dora has no address."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "a3", "g1", "g2", "n1"])
        for name in ("ann", "bob", "cid", "dora"):
            made.reader(name, region="north" if name == "bob" else None)
        made.contact("ann", "ann@readers.example")
        made.contact("bob", "bob@readers.example")
        made.contact("cid", "cid@readers.example", opt_in=False)
        made.contact("dora", None)
        yield made


@pytest.fixture
def moody() -> Iterator[Callable[..., tuple[Moody, str]]]:
    """Starts a Moody server; gives its handler and URL."""
    started: list[Controller] = []

    def start(*, smtputf8: bool = True, **answers: list[str]) -> tuple[Moody, str]:
        handler = Moody(**answers)
        controller = Controller(handler, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=smtputf8)
        controller.start()
        started.append(controller)
        return handler, f"smtp://127.0.0.1:{controller.port}"

    yield start
    for controller in started:
        controller.stop()
