"""The `frontpage` command: one verb per step, imported only when it is called.

Prints the step's summary line; answers what the user can mend with one sentence and an exit code (core/errors.py).
"""

import gc
import os
import sys
from typing import NoReturn

import typer

from frontpage.cli import data, delivery, lists, model, models, pilot, rollout, sources
from frontpage.cli.calling import (
    DATA,
    DELIVERY,
    EDITORIAL,
    LISTS,
    MAINTENANCE,
    MODEL,
    RESEARCH,
    START,
    AsOf,
    past,
    step,
)
from frontpage.cli.governance import audit, editorial, keys, privacy, reports, rules
from frontpage.cli.judging import experiment, report, runs
from frontpage.cli.libraries import hush, lean
from frontpage.cli.operations import backup, database, desk, looking, monitoring, stack
from frontpage.core.errors import EXIT_CODES, FrontpageError
from frontpage.core.telemetry import QUIET

_EPILOG = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."

#: Threads of LightGBM and of ALS that wait for each other sleep. By OpenMP's own choice they wait busily, and beside
#: other work on the same cores a training took two and a half times the CPU for the same bytes.
_WAITING = {"OMP_WAIT_POLICY": "PASSIVE"}

#: Libraries leave half a million objects that stay. Looking through these again and again while they are loaded, and
#: once more at the end, took two seconds of each step that uses Great Expectations.
_RARE_COLLECTIONS = (100_000, 50, 100)

app = typer.Typer(
    help="Every reader gets a front page of their own.",
    epilog=_EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command(rich_help_panel=START)(stack.up)
app.command(rich_help_panel=START)(stack.down)
for _verbs in (data, model, lists, editorial, pilot, delivery, desk, privacy, monitoring, looking):
    app.add_typer(_verbs.app)
app.add_typer(database.app, name="db", rich_help_panel=MAINTENANCE)
app.add_typer(backup.app, name="backup", rich_help_panel=MAINTENANCE)
app.add_typer(rollout.app, name="rollout", rich_help_panel=LISTS)
app.add_typer(keys.app, name="key", rich_help_panel=DELIVERY)
app.add_typer(rules.app, name="rules", rich_help_panel=EDITORIAL)
app.add_typer(reports.app, name="reports", rich_help_panel=EDITORIAL)
app.add_typer(audit.app, name="audit", rich_help_panel=MAINTENANCE)
app.add_typer(models.app, name="models", rich_help_panel=MODEL)
app.add_typer(runs.app, name="runs", rich_help_panel=MAINTENANCE)
app.add_typer(sources.app, name="sources", rich_help_panel=DATA)
app.add_typer(experiment.app, name="experiment", rich_help_panel=RESEARCH)
app.add_typer(report.app, name="report", rich_help_panel=LISTS)


@app.command(rich_help_panel=MAINTENANCE)
def purge(as_of: AsOf) -> None:
    """Delete what is older than `retention` allows.

    By `retention` in params.yaml, seen from as_of.
    """
    step("purge", past(as_of))


def main() -> None:
    """Run the command line; the only place where errors become exit codes."""
    for name, value in (QUIET | _WAITING).items():
        os.environ.setdefault(name, value)
    hush()
    lean()
    gc.set_threshold(*_RARE_COLLECTIONS)
    try:
        app()
    except FrontpageError as error:
        _end(error)
    except Exception as error:
        from frontpage.core.database.refusals import statement_refusal

        refusal = statement_refusal(error)
        if refusal is None:
            raise
        _end(refusal)
    finally:
        gc.freeze()  # or the interpreter looks through all of them once more before it ends


def _end(error: FrontpageError) -> NoReturn:
    typer.echo(f"frontpage: {error}", err=True)
    sys.exit(error.exit_code)
