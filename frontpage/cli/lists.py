"""Verbs about lists: built, checked, published, taken back, explained."""

from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import FOR_BEAM, LISTS, AsOf, Variant, past, step

app = typer.Typer()


@app.command(context_settings=FOR_BEAM, rich_help_panel=LISTS)
def score(context: typer.Context, as_of: AsOf, variant: Variant = "champion") -> None:
    """Build lists beside those being served.

    Of the readers who are due; the others keep theirs. Further options go to Beam, e.g. --runner.
    """
    step("score", past(as_of), variant=variant, beam_options=list(context.args))


@app.command(rich_help_panel=LISTS)
def gate(as_of: AsOf, variant: Variant = "champion") -> None:
    """Check the lists that were built."""
    step("gate", past(as_of), variant=variant)


@app.command(rich_help_panel=LISTS)
def publish(as_of: AsOf, variant: Variant = "champion") -> None:
    """Make the checked lists current in one transaction."""
    step("publish", past(as_of), variant=variant)


@app.command(context_settings=FOR_BEAM, rich_help_panel=LISTS)
def refresh(context: typer.Context, as_of: AsOf, variant: Variant = "champion") -> None:
    """Make new lists: from features to published.

    Does features, score, gate and publish, in this order. Further options go to Beam, as with `score`.
    """
    step("refresh", past(as_of), variant=variant, beam_options=list(context.args))


@app.command(rich_help_panel=LISTS)
def rollback(
    to: Annotated[int | None, typer.Option(help="Run to serve again; default the one before.")] = None,
    variant: Variant = "champion",
    reason: Annotated[str, typer.Option(help="Why; it is kept with the hold.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Let the next refresh publish again.")] = False,
) -> None:
    """Serve the lists of an earlier run again, in seconds.

    They are held: no refresh replaces them until --lift, or until a later model version passes. A reason is required.
    """
    step("rollback", variant=variant, to=to, reason=reason, lift=lift)


@app.command(rich_help_panel=LISTS)
def why(
    reader_id: str,
    run: Annotated[int | None, typer.Option(help="A run; default the one being served.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Lines of JSON instead of text.")] = False,
    funnel: Annotated[bool, typer.Option(help="Make the list once more, and show every step on the way.")] = False,
    article: Annotated[str, typer.Option(help="An article: why it is in the list, or why not.")] = "",
    html: Annotated[Path | None, typer.Option(help="A page with all of it.")] = None,
) -> None:
    """Show a reader's list and what made it.

    Run, model, data, candidate source, score and reasons of each article, and what was known of the reader. Runs that
    were dropped are read from the archive, which reaches back `retention.archive_days` days.
    """
    from frontpage.steps.why import Shown

    step("why", reader_id, run_id=run, shown=Shown(as_json, funnel, article, html))


@app.command(rich_help_panel=LISTS)
def archive(as_of: AsOf) -> None:
    """Write published runs to the archive, as Parquet.

    Only lists that were made anew; a run's rows are dropped only when it is there. It is kept for
    `retention.archive_days`.
    """
    step("archive", past(as_of))


@app.command(rich_help_panel=LISTS)
def outcomes(as_of: AsOf) -> None:
    """Join lists that were shown with what was read next.

    API lists, mails, and the reads that followed within `outcomes.window_hours`. Nothing is counted twice.
    """
    step("outcomes", past(as_of))


@app.command(context_settings=FOR_BEAM, rich_help_panel=LISTS)
def arms(context: typer.Context, as_of: AsOf) -> None:
    """Make the lists of running experiments.

    Scores, checks and publishes each variant of an arm but the champion, and interleaved lists. Without an experiment
    it does nothing. Further options go to Beam, as with `score`.
    """
    step("arms", past(as_of), beam_options=list(context.args))
