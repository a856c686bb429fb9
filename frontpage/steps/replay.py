"""`frontpage replay`: what readers would have been served, scored against what they read next."""

from datetime import datetime, timedelta
from pathlib import Path

from frontpage.core.clock import DAY
from frontpage.core.errors import BadInputError
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from models.replay.figures import figures
from models.replay.replayed import Cadence
from models.replay.report import table, write_report
from models.replay.variants import Change, changes, kept_lists
from models.replay.walk import replay

#: More interactions than any log holds: each tick keeps to the parameters' own bounds.
_ALL = 10**12
VARIANTS = ("rules", "kept")


def run(
    settings: Settings,
    params: Params,
    *,
    period: tuple[datetime, datetime],
    every: tuple[timedelta, timedelta],
    json_file: Path,
    html_file: Path | None = None,
    data: Path | None = None,
    variants: str | None = None,
) -> Summary:
    """The report as JSON and HTML (beside the JSON where not said), and a table printed.

    period: from and to; every: how often lists are made and the model is trained. data: canonical files, which go
    through the extract of every night; default the database. variants: one of VARIANTS.
    Raises BadInputError for a cadence or variants that cannot be, CheckFailedError where nobody reads in the period.
    """
    cadence = Cadence(*period, *every)
    asked = _asked(params, variants)
    history = history_of(settings, params, cadence, data)
    switched = {name: one.params for name, one in asked.items() if variants == "rules"}
    kept = {name: one.params.lists for name, one in asked.items() if variants == "kept"}
    found = replay(history, params, cadence, switched, kept=kept, seed=params.seed)
    told = figures(found, asked, params.seed)
    write_report(told, json_file, html_file or json_file.with_suffix(".html"))
    print(table(told))  # noqa: T201 - this verb's result is what it prints
    details = {name: told[name] for name in ("best_rule", "ratio_to_best_rule", "ratio_to_daily_hindsight")}
    return Summary("replay", len(history.reads), len(found.cutoff), artifact=str(json_file), details=details)


def _asked(params: Params, variants: str | None) -> dict[str, Change]:
    if variants is not None and variants not in VARIANTS:
        raise BadInputError(f"--variants {variants!r} is not known; choose {' or '.join(VARIANTS)}")
    if variants == "kept":
        kept = kept_lists(params)
        return {kept.name: kept}
    return dict(changes(params)) if variants else {}


def history_of(settings: Settings, params: Params, cadence: Cadence, data: Path | None) -> History:
    """Everything known at the end that any tick may look at."""
    cadence.check()
    days = (cadence.end - cadence.start) / DAY + params.data.max_days
    bounds = params.data.model_copy(update={"max_days": days, "max_interactions": _ALL})
    if data is not None:
        from frontpage.steps.scratch import history_of_files

        return history_of_files(settings, params.model_copy(update={"data": bounds}), cadence.end, data)
    from frontpage.store.connect import connect
    from frontpage.store.history import load_history
    from frontpage.store.server import database_url

    with connect(database_url(settings), application="frontpage replay") as connection:
        return load_history(connection, cadence.end, bounds)
