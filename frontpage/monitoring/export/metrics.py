"""The table of metrics, read from metrics.yaml: what the exporter asks, what it is called, and what it means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PREFIX = "frontpage_"
_TABLE = Path(__file__).with_name("metrics.yaml")
_EVERY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Metric:
    """One family of series. column: of its query, or Airflow's name for it; empty where it is measured otherwise."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str
    column: str = ""

    @property
    def unit(self) -> str:
        """By Prometheus' conventions the name's ending says it."""
        stem = self.name.removesuffix("_total")
        return next((unit for unit in ("seconds", "bytes", "ratio") if f"_{unit}" in stem), "1")


@dataclass(frozen=True, slots=True)
class Question:
    """A query of `frontpage/store/sql/monitoring`, asked at most every so many seconds, and its metrics."""

    query: str
    labels: tuple[str, ...]
    metrics: tuple[Metric, ...]
    every_seconds: float
    limit: int
    database: str


@dataclass(frozen=True, slots=True)
class MetricTable:
    """Every metric there is: those of questions, those the exporter measures, those of the API and of Airflow."""

    questions: tuple[Question, ...]
    measured: dict[str, Metric]
    api: tuple[Metric, ...]
    airflow: tuple[Metric, ...]

    def __iter__(self) -> Iterator[tuple[str, Metric]]:
        """Each with what it comes from."""
        for question in self.questions:
            yield from ((question.query, metric) for metric in question.metrics)
        yield from (("exporter", metric) for metric in self.measured.values())
        yield from (("API", metric) for metric in self.api)
        yield from (("Airflow", metric) for metric in self.airflow)

    @property
    def most_series(self) -> int:
        """How many series all questions together give at most, however many readers there are."""
        return sum(question.limit * len(question.metrics) for question in self.questions)


@cache
def metric_table() -> MetricTable:
    """The table, read once."""
    read = yaml.safe_load(_TABLE.read_text())
    measured = [_measured(*row) for row in read["measured"]]
    return MetricTable(
        tuple(_question(**entry) for entry in read["queries"]),
        {metric.name: metric for metric in measured},
        tuple(_measured(*row) for row in read["api"]),
        tuple(_pushed(*row) for row in read["airflow"]),
    )


def _measured(name: str, kind: str, labels: list[str], meaning: str) -> Metric:
    return Metric(PREFIX + name, kind, tuple(labels), meaning)


def _pushed(column: str, name: str, kind: str, labels: list[str], meaning: str) -> Metric:
    return Metric(PREFIX + name, kind, tuple(labels), meaning, f"airflow.{column}")


def _question(
    query: str, metrics: list[Any], labels: tuple[str, ...] = (), every: float = _EVERY_SECONDS, limit: int = 1,
    database: str = "frontpage",
) -> Question:  # fmt: skip
    given = tuple(labels)
    made = tuple(Metric(PREFIX + name, "gauge", given, meaning, column) for column, name, meaning in metrics)
    return Question(query, given, made, every, limit, database)
