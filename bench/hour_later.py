"""A refresh an hour after another one, which keeps the lists of readers who are not due, against the whole one before.

    frontpage bench hour_later --readers 60000 --json FILE

First the moment an hour before the world's end, from scratch: every state is new and every list is made. Then its end.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench import record
from bench.refresh import STEPS, parser_of, reset, timed
from bench.scale_server import params_of, served
from bench.scale_world import AS_OF, Size
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.store import migrate, server
from frontpage.store.connect import connect
from frontpage.store.lists import runs


def measure(home: Path, size: Size) -> dict[str, Any]:
    """Seconds of both refreshes, step by step, the share of readers who were due in the second, and the ratio."""
    params = params_of(size)
    with served(home, size) as settings:
        migrate.upgrade(server.database_url(settings))
        reset(settings)
        whole = _refreshed(settings, params, AS_OF - timedelta(hours=1))
        later = _refreshed(settings, params, AS_OF)
        with connect(server.database_url(settings)) as connection:
            run = runs.current(connection, "champion")
        assert run is not None
    return {
        "name": "hour_later",
        "readers": run["n_readers"],
        "share_due": round(run["details"]["n_due"] / run["n_readers"], 4),
        "checksum": run["checksum"],
        "ours": later,
        "reference": whole,
        "ratio": round(later["seconds"] / whole["seconds"], 3),
        "machine": record.machine(),
    }


def _refreshed(settings: Settings, params: Params, as_of: datetime) -> dict[str, Any]:
    steps = {name: timed(settings, params, name, as_of) for name in STEPS}
    return {"seconds": round(sum(step["wall_seconds"] for step in steps.values()), 2), "steps": steps}


def main() -> None:
    """Measure and write the figures."""
    given = parser_of(__doc__).parse_args()
    given.json.write_text(json.dumps(measure(given.home, Size(given.readers)), indent=2) + "\n")


if __name__ == "__main__":
    main()
