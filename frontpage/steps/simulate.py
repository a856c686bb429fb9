"""`frontpage simulate`: a synthetic newsroom written as canonical files."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from frontpage.core.clock import iso
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.newsroom.faults import parse_switches
from frontpage.newsroom.parameters import load_parameters
from frontpage.newsroom.simulate import Size, follow, open_newsroom, simulate

FOLLOW_PERIOD = timedelta(minutes=5)
Clock = Callable[[], datetime]


def run(
    settings: Settings,
    params: Params,
    *,
    n_readers: int,
    n_days: int,
    articles_per_day: int,
    seed: int,
    until: datetime,
    out: Path,
    switches: Sequence[str] = (),
    follow_with: tuple[Clock, Callable[[float], None], timedelta] | None = None,
) -> Summary:
    """Summary of the rows written; `out` then holds everything recorded before the last whole hour of `until`.

    With `follow_with` (clock, sleep, period) it does not return but goes on writing as time passes; stopping it at
    any moment is safe. Calling it again continues the same world. `switches` are texts as `newsroom.faults` reads them.
    Raises BadInputError.
    """
    del settings, params
    started = time.monotonic()
    parameters, wanted = load_parameters(), parse_switches(switches)
    size = Size(n_readers, n_days, articles_per_day, seed)
    counts = simulate(parameters, size, until, out, wanted)
    if follow_with is not None:
        follow(open_newsroom(parameters, size, until, out, wanted), *follow_with)
    return Summary(
        verb="simulate",
        rows_out=sum(counts.values()),
        seconds=time.monotonic() - started,
        artifact=str(out),
        details=counts | {"until": iso(until)},
    )
