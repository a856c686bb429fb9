"""`frontpage simulate`: a synthetic newsroom written as canonical files."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from core.clock import iso
from core.params import Params
from core.settings import Settings
from core.summary import Summary
from newsroom.faults import Switches
from newsroom.parameters import load_parameters
from newsroom.simulate import Size, follow, open_newsroom, simulate

FOLLOW_PERIOD = timedelta(minutes=5)
Clock = Callable[[], datetime]


def run(  # noqa: PLR0913  (the verb's options, by name)
    settings: Settings,
    params: Params,
    *,
    n_readers: int,
    n_days: int,
    articles_per_day: int,
    seed: int,
    until: datetime,
    out: Path,
    switches: Switches | None = None,
    follow_with: tuple[Clock, Callable[[float], None], timedelta] | None = None,
) -> Summary:
    """Summary of the rows written; `out` then holds everything recorded before the last whole hour of `until`.

    With `follow_with` (clock, sleep, period) it does not return but goes on writing as time passes; stopping it at
    any moment is safe. Calling it again continues the same world. Errors: BadInputError.
    """
    del settings, params
    started = time.monotonic()
    parameters, switches = load_parameters(), switches or Switches()
    size = Size(n_readers, n_days, articles_per_day, seed)
    counts = simulate(parameters, size, until, out, switches)
    if follow_with is not None:
        follow(open_newsroom(parameters, size, until, out, switches), *follow_with)
    return Summary(
        verb="simulate",
        rows_out=sum(counts.values()),
        seconds=time.monotonic() - started,
        artifact=str(out),
        details=counts | {"until": iso(until)},
    )
