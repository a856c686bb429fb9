"""`frontpage doctor` and `frontpage plan`: is this installation well, and how large has one to be."""

from typing import Annotated

import typer

from frontpage.cli.calling import MAINTENANCE, step

app = typer.Typer()


@app.command(rich_help_panel=MAINTENANCE)
def doctor(
    port: Annotated[list[int] | None, typer.Option(help="A port that must be free; may be given again.")] = None,
) -> None:
    """Say what is wrong, with the remedy.

    Looks at ports, disk, secrets, locks, the database's version and its clock. Exit code 4 where something is wrong.
    """
    from frontpage.steps import doctor as looking

    looking.run(port or [])


@app.command(rich_help_panel=MAINTENANCE)
def plan(
    readers: Annotated[int, typer.Option(min=1, help="Who get a list at each refresh.")],
    articles_per_day: Annotated[int, typer.Option(min=1)] = 2_000,
    refresh: Annotated[int, typer.Option(min=1, help="Minutes between two refreshes.")] = 60,
) -> None:
    """Say how large an installation has to be.

    Machines, memory, disk, minutes and money for so many readers,
    from the measurements of this repository; what gives way first is named.
    """
    step("plan", readers, articles_per_day=articles_per_day, refresh=refresh)
