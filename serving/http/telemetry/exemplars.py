"""A trace for each bucket of the latency histogram, the newest, whichever worker had it: only where traces are on.

prometheus_client keeps none where several workers share their values, so each worker leaves its own in a file there.
"""

from __future__ import annotations

import contextlib
import os
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import orjson
from prometheus_client import Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.samples import Exemplar, Sample
from prometheus_client.utils import floatToGoString

#: The only text format that has exemplars; Prometheus asks for it first.
MEDIA_TYPE: Final = CONTENT_TYPE_LATEST
NAME: Final = MEDIA_TYPE.partition(";")[0]
_BUCKET: Final = "_bucket"
_INFINITE: Final = "+Inf"
_NEVER: Final = ("", 0.0, 0.0)
#: Route and upper bound -> trace, seconds, time.
_Newest = dict[tuple[str, str], tuple[str, float, float]]


class _Collector(Protocol):
    def collect(self) -> Iterable[Metric]: ...


class Exemplars:
    """Those of one worker. histogram: its name; bounds: the upper ones of its buckets, ascending."""

    def __init__(self, histogram: str, bounds: Sequence[float]) -> None:
        self._histogram, self._bounds = histogram, bounds
        self._names = [*map(floatToGoString, bounds), _INFINITE]
        self._newest: _Newest = {}
        self._is_kept = True

    def add(self, route: str, seconds: float, trace_id: str) -> None:
        """A request of a trace that is sampled."""
        bucket = self._names[bisect_left(self._bounds, seconds)]
        self._newest[route, bucket] = (trace_id, seconds, time.time())
        self._is_kept = False

    def keep(self, folder: str) -> None:
        """Leave them where the other workers look, if there are new ones."""
        if self._is_kept:
            return
        file = _file(folder, os.getpid())
        written = file.with_suffix(".new")
        written.write_bytes(orjson.dumps([[*key, *value] for key, value in self._newest.items()]))
        written.replace(file)
        self._is_kept = True

    def page(self, registry: _Collector, folder: str | None) -> bytes:
        """The registry's values in OpenMetrics, with traces of all workers that share `folder` (None: of this one)."""
        newest = dict(self._newest)
        for route, bucket, *rest in _left_in(folder) if folder else ():
            newest[route, bucket] = max(newest.get((route, bucket), _NEVER), tuple(rest), key=_time)
        page: bytes = generate_latest(_Marked(registry, self._histogram, newest))  # type: ignore[no-untyped-call]
        return page


def forget_worker(folder: str, pid: int) -> None:
    """Take the file of a worker that is gone away."""
    _file(folder, pid).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Marked:
    """A registry whose histogram has exemplars."""

    registry: _Collector
    histogram: str
    newest: Mapping[tuple[str, str], tuple[str, float, float]]

    def collect(self) -> Iterator[Metric]:
        for metric in self.registry.collect():
            if metric.name == self.histogram:
                metric.samples = [self._marked(sample) for sample in metric.samples]
            yield metric

    def _marked(self, sample: Sample) -> Sample:
        found = self.newest.get((sample.labels.get("route", ""), sample.labels.get("le", "")))
        if found is None or not sample.name.endswith(_BUCKET):
            return sample
        trace_id, seconds, at = found
        return sample._replace(exemplar=Exemplar({"trace_id": trace_id}, seconds, round(at, 3)))


def _left_in(folder: str) -> Iterator[list[Any]]:
    for file in Path(folder).glob("exemplars_*.json"):
        with contextlib.suppress(FileNotFoundError):  # of a worker that ended meanwhile
            yield from orjson.loads(file.read_bytes())


def _file(folder: str, pid: int) -> Path:
    return Path(folder, f"exemplars_{pid}.json")


def _time(found: tuple[str, float, float]) -> float:
    return found[2]
