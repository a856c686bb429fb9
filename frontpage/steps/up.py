"""`frontpage up`: everything on this machine, from nothing to a published front page; stays until interrupted."""

import os
from dataclasses import replace
from datetime import datetime

from etl.reading.source_file import installation_sources
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.stack.console import Console
from frontpage.stack.layout import Layout, Ports, World
from frontpage.stack.processes import free_port
from frontpage.stack.services import Stack
from frontpage.stack.up import up


def run(settings: Settings, _params: Params, world: World, *, ports: Ports, now: datetime) -> Summary:
    """Start, fill, run the workflows, show ten recommendations, stay up; everything is down again at the end.

    ports: where the port of the mail sink is taken, another one is.
    Raises BadInputError for live sources that cannot be right, before anything is started.
    """
    if world.is_live:
        installation_sources(settings.model_copy(update={"sources": world.sources}), [], os.environ)
    layout = Layout(settings.home.absolute())
    layout.home.mkdir(parents=True, exist_ok=True)
    console = Console()
    ports = replace(ports, mail=free_port(ports.mail))
    up(Stack(settings, layout, ports, os.environ, world.sources), world, console, now)
    return Summary("up", artifact=str(layout.home), details={"world": world.label.replace(" ", "_")})
