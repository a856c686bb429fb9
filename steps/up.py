"""`frontpage up`: everything on this machine, from nothing to a published front page; stays until interrupted."""

import os
from dataclasses import replace
from datetime import datetime

from core.params import Params
from core.settings import Settings
from core.summary import Summary
from stack.console import Console
from stack.layout import Layout, Ports, World
from stack.processes import free_port
from stack.services import Stack
from stack.up import up


def run(settings: Settings, _params: Params, world: World, *, ports: Ports, now: datetime) -> Summary:
    """Start, fill, run the workflows, show ten recommendations, stay up; everything is down again at the end.

    ports: where the port of the mail sink is taken, another one is.
    """
    layout = Layout(settings.home.absolute())
    layout.home.mkdir(parents=True, exist_ok=True)
    console = Console()
    up(Stack(settings, layout, replace(ports, mail=free_port(ports.mail)), os.environ), world, console, now)
    return Summary("up", artifact=str(layout.home), details={"world": world.label.replace(" ", "_")})
