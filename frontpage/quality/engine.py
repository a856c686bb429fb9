"""Great Expectations at work in PostgreSQL and on frames: one ephemeral context, one suite per part of a boundary.

Nothing of the context is kept on disk, and the connection stands in it as a variable's name only. The moment and the
limits reach the queries as settings of the session (`current_setting('frontpage.as_of')`), so the SQL files are
constant texts and nothing is pasted into them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.exceptions.exceptions import GreatExpectationsError
from sqlalchemy.exc import SQLAlchemyError

from frontpage.core.clock import iso
from frontpage.core.database.url import DatabaseUrl
from frontpage.quality.declare import Check, Expectation, gx, statement
from frontpage.quality.outcome import Outcome

_CONNECTION_VARIABLE = "FRONTPAGE_CHECKED_DATABASE"
_EXAMPLES = 3
#: Lists of half a million readers are sorted three times; with the server's few megabytes that goes over the disk.
_WORK_MEM = "256MB"
_TOO_LITTLE = "too little to judge by"


@dataclass(frozen=True, slots=True)
class CheckTarget:
    """The result of a query, or a frame that is there already, with a name for pages and messages.

    identified_by: the columns that identify one of its rows.
    """

    name: str
    query: str = ""
    identified_by: tuple[str, ...] = ()
    frame: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Validation:
    """What Great Expectations said of one target; `result` is None where the target could not be read at all."""

    target: CheckTarget
    outcomes: tuple[Outcome, ...]
    result: Any = None


class Engine:
    """One session of checks as of a moment; use `open_engine`."""

    def __init__(self, context: Any, datasource: Any, as_of: datetime) -> None:
        self._context, self._datasource, self._as_of = context, datasource, as_of

    def validate(self, target: CheckTarget, checks: Sequence[Check]) -> Validation:
        """Evaluate the checks on the target; an expectation that cannot be evaluated has the outcome `error`."""
        suite = self._context.suites.add(
            gx.ExpectationSuite(target.name, expectations=[_bound(check) for check in checks])
        )
        definition = gx.ValidationDefinition(name=target.name, data=self._batch(target), suite=suite)
        definition = self._context.validation_definitions.add(definition)
        try:
            result = self._run(definition, target, n_examples=0)
            if any(each.result.get("unexpected_count") for each in result.results):
                result = self._run(definition, target, n_examples=_EXAMPLES)
        except (GreatExpectationsError, SQLAlchemyError) as error:
            return Validation(target, tuple(Outcome(check, "error", _first_line(error)) for check in checks))
        _mark_skipped(result.results)
        by_name = {each.expectation_config.meta["name"]: each for each in result.results}
        judged = tuple(_outcome(check, by_name[check.name]) for check in checks)
        if target.frame is not None:
            judged = tuple(_skipped_where_null(one, by_name[one.check.name].result) for one in judged)
        return Validation(target, judged, result)

    def _run(self, definition: Any, target: CheckTarget, n_examples: int) -> Any:
        """Looking for examples reads every row once more for each expectation; for no examples, none."""
        return definition.run(
            batch_parameters=None if target.frame is None else {"dataframe": target.frame},
            result_format={
                "result_format": "SUMMARY",
                "partial_unexpected_count": n_examples,
                "unexpected_index_column_names": list(target.identified_by),
            },
            run_id=RunIdentifier(run_name=iso(self._as_of), run_time=self._as_of),
        )

    def _batch(self, target: CheckTarget) -> Any:
        if target.frame is not None:
            frames = self._context.data_sources.add_or_update_pandas("arrays")
            return frames.add_dataframe_asset(target.name).add_batch_definition_whole_dataframe("whole")
        # Great Expectations wants its queries to begin with the word select; ours, constant texts, begin with a header.
        begun = "select * from (\n" + target.query + "\n) rows"  # noqa: S608
        asset = self._datasource.add_query_asset(target.name, query=begun)
        return asset.add_batch_definition_whole_table("whole")


@contextmanager
def open_engine(database_url: str, as_of: datetime, variables: Mapping[str, Any]) -> Iterator[Engine]:
    """Checks on a database as of a moment. `variables` become session settings `frontpage.<name>`."""
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
        ),
        runtime_environment={_CONNECTION_VARIABLE: DatabaseUrl.parse(database_url).sqlalchemy()},
    )
    settings = {"as_of": iso(as_of), **variables}
    given = (f"-c frontpage.{name}={value}" for name, value in settings.items())
    options = " ".join(["-c timezone=UTC", f"-c work_mem={_WORK_MEM}", *given])
    sources: Any = context.data_sources
    datasource = sources.add_postgres(
        "frontpage",
        connection_string=f"${{{_CONNECTION_VARIABLE}}}",
        create_temp_table=True,  # each query runs once, not once per metric
        # One connection: the temporary tables live on it.
        kwargs={
            "connect_args": {"options": options, "application_name": "frontpage checks"},
            "pool_size": 1,
            "max_overflow": 0,
        },
    )
    try:
        yield Engine(context, datasource, as_of)
    finally:
        for engine in (datasource.get_engine(), datasource.get_execution_engine().engine):
            engine.dispose()


def _bound(check: Check) -> Expectation:
    """A copy of the declared object that carries our name for it; suites change what they are given."""
    severity = {"fail": "critical", "warn": "warning"}[check.severity]
    description = f"{check.name} ({check.severity}): {check.reason}. {statement(check.expectation)}"
    return check.expectation.copy(
        update={"meta": {"name": check.name}, "severity": severity, "description": description, "id": None}
    )


def _mark_skipped(results: Sequence[Any]) -> None:
    """A null figure is too little to judge by: said so on the page, and neither met nor missed."""
    for each in results:
        raised = any(info.get("raised_exception") for info in _exceptions(each.exception_info))
        if each.result.get("observed_value", "") is None and not raised:
            each.success = True
            each.result["observed_value"] = _TOO_LITTLE
        elif isinstance(each.result.get("observed_value"), np.floating):
            each.result["observed_value"] = float(each.result["observed_value"])  # pages know no other


def _outcome(check: Check, result: Any) -> Outcome:
    raised = [info for info in _exceptions(result.exception_info) if info.get("raised_exception")]
    if raised:
        return Outcome(check, "error", _first_line(raised[0]["exception_message"]))
    found = result.result
    if found.get("observed_value") == _TOO_LITTLE:
        return Outcome(check, "skipped")
    return Outcome(check, "passed" if result.success else "failed", _observed(found), _examples(found))


def _skipped_where_null(outcome: Outcome, found: Mapping[str, Any]) -> Outcome:
    """A column without a single figure is too little to judge by."""
    is_empty = found.get("element_count") and found.get("missing_count") == found["element_count"]
    return Outcome(outcome.check, "skipped") if is_empty and outcome.state == "passed" else outcome


def _exceptions(info: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The two shapes of `exception_info`: one exception, or one per metric."""
    return [info] if "raised_exception" in info else [each for each in info.values() if isinstance(each, Mapping)]


def _observed(found: Mapping[str, Any]) -> Any:
    if "unexpected_count" in found:
        return f"{found['unexpected_count']} of {found['element_count']} rows"
    observed = found.get("observed_value")
    return float(observed) if isinstance(observed, (Decimal, float, int)) else observed


def _examples(found: Mapping[str, Any]) -> tuple[Any, ...]:
    examples = found.get("partial_unexpected_index_list") or found.get("partial_unexpected_list") or []
    return tuple(examples[:_EXAMPLES])


def _first_line(error: object) -> str:
    return str(error).strip().splitlines()[0][:200]
