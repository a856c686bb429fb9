"""`make proof-portal-week`: a week of hourly lists for the readers of a generated portal log, by `frontpage replay`.

The log has the form and size of the published one (300,000 readers, 46,000 articles, 3 million clicks, 16 days); its
last seven days are replayed with a list an hour and a training a day.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from bench import record
from bench.meter import Meter, metered
from bench.portal import Size, write
from bench.replay import figures_of, frontpage

FROM, TO = "2017-10-10T00:00:00Z", "2017-10-17T00:00:00Z"


def replayed(log: Path, folder: Path) -> tuple[dict[str, Any], Meter]:
    """The JSON of the replay of a log in globo's format, and what loading and replaying took."""
    out = folder / "week.json"
    frontpage("import", "globo", str(log), "--out", str(folder / "files"))
    with metered() as meter:
        hourly = ("--refresh", "1h", "--retrain", "24h", "--from", FROM, "--to", TO)
        frontpage("replay", "--data", str(folder / "files"), *hourly, "--json", str(out))
    return json.loads(out.read_text()), meter


def figures(found: dict[str, Any], meter: Meter) -> dict[str, float | int]:
    """The headline numbers, the ratio of each day, minutes and gigabytes."""
    figures: dict[str, float | int] = figures_of({**found, "seconds": round(meter.wall_seconds)})
    figures |= {f"ratio_{day}": round(group["ratio_to_best_rule"], 3) for day, group in found["days"].items()}
    figures["minutes"] = round(meter.wall_seconds / 60, 1)
    return figures | {"peak_gigabytes": round(meter.peak_bytes / 1e9, 2)}


def main() -> None:
    """Generate, import, replay and write docs/measurements/portal-week.json."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        n_clicks = write(Size(), log)
        found, meter = replayed(log, Path(folder))
        told = {"week": {"clicks": n_clicks, **figures(found, meter)}}
        print(record.write("portal-week", told, record.hash_of(log, "*.csv"), "make proof-portal-week"))  # noqa: T201


if __name__ == "__main__":
    main()
