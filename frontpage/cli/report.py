"""`frontpage report`: what came of what was served."""

import typer

from frontpage.cli.calling import AsOf, past, step

app = typer.Typer(help="What came of what was served.", no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def _group() -> None:
    """Keep `business` a word of the command while it is the only one."""


@app.command()
def business(as_of: AsOf) -> None:
    """Write reading time, returning readers, what was recommended, and costs."""
    step("report business", past(as_of), module="report_business")
