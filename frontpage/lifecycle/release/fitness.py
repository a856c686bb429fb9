"""Whether a version is fit for the machine that will make lists with it; looked at before it may serve."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from frontpage.core.errors import CheckFailedError
from frontpage.core.params import Params
from models.threads import environment
from models.training.artefact import ENVIRONMENT

#: A version must say the same here as where it was trained, up to this much of a margin.
_SAME_MARGIN = 1e-6
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Fitness:
    """is_fit: no reason speaks against it. measured: what the fresh process said."""

    is_fit: bool
    reasons: tuple[str, ...]
    measured: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """For `model_version.fitness`."""
        return {"is_fit": self.is_fit, "reasons": list(self.reasons), "measured": dict(self.measured)}


def fitness_of(folder: Path, params: Params, elsewhere: Mapping[str, Any] | None = None) -> Fitness:
    """A version's folder against this machine: what it needs, then how a fresh process answers with it.

    elsewhere: what another machine measured of it.
    """
    file = folder / ENVIRONMENT
    needs: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
    if lacking := tuple(_lacking(needs, elsewhere or {}, params)):
        return Fitness(False, lacking, {})
    done = _fresh_process(folder, params)
    if isinstance(done, str):
        return Fitness(False, (done,), {})
    reasons = (*_over_budget(done, needs.get("budget") or params.fitness.model_dump()), *_senseless(done))
    return Fitness(not reasons, reasons, done)


def require_fit(folder: Path, params: Params, version: str, elsewhere: Mapping[str, Any] | None = None) -> Fitness:
    """The fitness of a version that is fit. Raises CheckFailedError with the reasons where it is not."""
    found = fitness_of(folder, params, elsewhere)
    if not found.is_fit:
        raise CheckFailedError(f"{version} is not fit for this machine: {'; '.join(found.reasons)}")
    return found


def _lacking(needs: Mapping[str, Any], elsewhere: Mapping[str, Any], params: Params) -> Iterator[str]:
    """What the version was trained with and this environment does not have."""
    here = environment(1)
    if needs.get("machine", here["machine"]) != here["machine"]:
        yield f"it was trained for {needs['machine']} processors and this one is {here['machine']}"
    minor = [str(python).rsplit(".", 1)[0] for python in (needs.get("python", here["python"]), here["python"])]
    if minor[0] != minor[1]:
        yield f"it needs Python {minor[0]} and this is {minor[1]}"
    for name, wanted in needs.get("packages", {}).items():
        if here["packages"].get(name) != wanted:
            yield f"it needs {name} {wanted} and here is {here['packages'].get(name, 'none')}: install its lock file"
    cpu = sorted(set(needs.get("cpu", ())) - set(here["cpu"]))
    if cpu and params.fitness.same_cpu:
        yield f"this processor lacks {', '.join(cpu)}, on which the last bits of its scores hang (fitness.same_cpu)"
    free = psutil.virtual_memory().available / _MEGABYTE
    wanted_mb = elsewhere.get("memory_mb", 0)
    if wanted_mb > free:
        yield f"it needs {wanted_mb:.0f} MB of memory and {free:.0f} are free"


def _fresh_process(folder: Path, params: Params) -> dict[str, Any] | str:
    """What the process said, or in a sentence why it said nothing."""
    command = [sys.executable, "-m", "frontpage.lifecycle.release.probe", str(folder)]
    limit = 60 + 2 * params.fitness.max_load_seconds
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return f"a fresh process did not answer within {limit:.0f} s"
    if done.returncode:
        return f"a fresh process could not load it: {(done.stderr.strip().splitlines() or ['no word'])[-1]}"
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def _over_budget(found: Mapping[str, Any], budget: Mapping[str, Any]) -> Iterator[str]:
    limits = {
        "load_seconds": ("max_load_seconds", "s to load"),
        "seconds_per_1000_rows": ("max_seconds_per_1000_rows", "s to score 1,000 pairs"),
        "memory_mb": ("max_memory_mb", "MB of memory"),
    }
    for name, (limit, words) in limits.items():
        if limit in budget and found.get(name, 0.0) > budget[limit]:
            yield f"it takes {found[name]:.3g} {words}, and its budget is {budget[limit]:g}"


def _senseless(found: Mapping[str, Any]) -> Iterator[str]:
    if "n_rows" not in found:
        return
    if found["n_finite"] < found["n_rows"]:
        yield f"{found['n_rows'] - found['n_finite']} of {found['n_rows']} scores are no numbers"
        return
    if not 0 <= found["least_chance"] <= found["largest_chance"] <= 1:
        yield f"scores are no chances: {found['least_chance']:.3g} to {found['largest_chance']:.3g}"
    if found["n_rows"] > 1 and found["n_different"] == 1:
        yield "all scores are the same"
    if not math.isfinite(found["largest_difference"]) or found["largest_difference"] > _SAME_MARGIN:
        yield f"scores differ from those of its training by up to {found['largest_difference']:.3g}"
