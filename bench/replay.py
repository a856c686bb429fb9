"""`make proof-replay`: what readers would have been served, on Deskdrop and in a simulated newsroom.

Deskdrop: one list a day, September to November 2016. The newsroom: frozen parameters, a seed that nothing was tuned on
and a list an hour, once more with each rule of lists switched. Each by `frontpage replay`, as anybody would call it.
Deskdrop is looked for in `../shared/data`; without it the proof says so and ends.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import record

DESKDROP = record.ROOT.parent / "shared" / "data" / "deskdrop"
UNSEEN_SEED = 4_711
NEWSROOM = ("--readers", "3000", "--days", "12", "--articles-per-day", "600", "--seed", str(UNSEEN_SEED))
NEWSROOM_UNTIL = "2026-11-20T00:00:00Z"


def replay(folder: Path, out: Path, *options: str) -> dict[str, Any]:
    """The JSON of a replay of canonical files, with the seconds that it took."""
    started = time.monotonic()
    frontpage("replay", "--data", str(folder), "--json", str(out), *options)
    return {**json.loads(out.read_text()), "seconds": round(time.monotonic() - started)}


def figures_of(replayed: dict[str, Any]) -> dict[str, float | int]:
    """The headline numbers of a replay."""
    low, high = replayed["ci95"]
    ours, best = replayed["policies"]["frontpage"], replayed["policies"][replayed["best_rule"]]
    figures = {
        "lists": replayed["lists"]["n_lists"],
        "ndcg_ours": ours["ndcg_at_10"],
        "ndcg_best_rule": best["ndcg_at_10"],
        "ratio_to_best_rule": replayed["ratio_to_best_rule"],
        "ratio_low": low,
        "ratio_high": high,
        "ratio_to_daily_hindsight": replayed["ratio_to_daily_hindsight"],
        "ratio_by_reading_time": replayed["ratio_by_reading_time"],
        "seconds": replayed["seconds"],
    }
    for kind in ("months", "segments"):
        for name, group in (replayed.get(kind) or {}).items():
            figures[f"ratio_{name.replace(', ', '_').replace(' ', '_')}"] = group["ratio_to_best_rule"]
    known = {name: value for name, value in figures.items() if value is not None}
    return {name: value if isinstance(value, int) else round(value, 3) for name, value in known.items()}


def costs_of(replayed: dict[str, Any]) -> dict[str, float]:
    """Share of nDCG@10 that each rule of lists costs, by what was switched; a gain is negative."""
    return {name: round(cost["relative_cost"], 4) for name, cost in replayed["costs"].items()}


def frontpage(*arguments: str) -> None:
    """Run a verb; its summary is not shown. Raises CalledProcessError where it fails."""
    command = [record.FRONTPAGE, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Replay both and write docs/measurements/replay.json."""
    if not DESKDROP.is_dir():
        sys.exit(f"{DESKDROP} is not there: the proof needs Deskdrop's files")
    with tempfile.TemporaryDirectory() as folder:
        files, world = Path(folder) / "deskdrop", Path(folder) / "newsroom"
        frontpage("import", "deskdrop", str(DESKDROP), "--out", str(files))
        frontpage("simulate", *NEWSROOM, "--until", NEWSROOM_UNTIL, "--out", str(world))
        period = ("--from", "2016-09-01T00:00:00Z", "--to", "2016-12-01T00:00:00Z")
        deskdrop = replay(files, Path(folder) / "a.json", *period, "--refresh", "24h", "--retrain", "24h")
        hours = ("--from", "2026-11-18T00:00:00Z", "--to", NEWSROOM_UNTIL)
        hourly = ("--refresh", "1h", "--retrain", "24h", "--variants", "rules")
        newsroom = replay(world, Path(folder) / "b.json", *hours, *hourly)
        figures = {"deskdrop": figures_of(deskdrop), "newsroom": figures_of(newsroom), "rules": costs_of(newsroom)}
        hashes = f"{record.hash_of(files)} {record.hash_of(world)}"
    print(record.write("replay", figures, hashes, "make proof-replay"))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
