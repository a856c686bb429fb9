"""`python -m gates.cost [NAME...]`: our work costs no more than promised, against a reference on the same machine.

Ours and the reference run in turn, each in a process of its own (gates/work.py), so that a slow machine is slow for
both: what is committed in gates/limits.yaml are ratios. Exit code 4 where one is above its limit.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping

from frontpage.core.sections.watching import BusinessParams
from gates.limits import RED, ROOT, limits

_GB = 1e9
#: What is this many times above its limit needs no second look.
_CLEARLY = 2.0


def ratios(name: str) -> dict[str, float]:
    """Ours over the reference's, by measure."""
    ours, reference = taken(_run(name, "ours")), taken(_run(name, "reference"))
    return {measure: value / reference[measure] for measure, value in ours.items()}


def taken(figures: Mapping[str, float]) -> dict[str, float]:
    """What some work took: CPU seconds, peak memory of the process in GB, and Wh, estimated as for executions."""
    seconds, gigabytes = figures["seconds"], figures["peak_bytes"] / _GB
    energy = BusinessParams().watt_hours(seconds, gigabytes * seconds)
    return {"seconds": seconds, "memory": gigabytes, "energy": energy}


def _run(name: str, side: str) -> dict[str, float]:
    command = [sys.executable, "-m", "gates.work", name, side]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def beyond(name: str, found: Mapping[str, float], promised: Mapping[str, float]) -> Iterator[str]:
    """Each measure of some work that is above its limit."""
    for measure, most in promised.items():
        if found[measure] > most:
            yield f"{name}: {measure} {found[measure]:.2f} x the reference's, and {most} is the most"


def main(names: list[str]) -> int:
    """Say each ratio, and which are too high; what is a little above its limit is measured once more."""
    promised, n_red = limits("cost"), 0
    for name in names or promised:
        found = ratios(name)
        twice = {measure: _CLEARLY * most for measure, most in promised[name].items()}
        if list(beyond(name, found, promised[name])) and not list(beyond(name, found, twice)):
            again = ratios(name)
            found = {measure: min(value, again[measure]) for measure, value in found.items()}
        shown = ", ".join(f"{measure} {value:.2f} of {promised[name][measure]}" for measure, value in found.items())
        sys.stdout.write(f"{name}: {shown}\n")
        for one in beyond(name, found, promised[name]):
            n_red += 1
            sys.stdout.write(f"costs more: {one}\n")
    return RED if n_red else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
