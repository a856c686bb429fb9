"""Each expectation that can stop a run is green in a healthy world and red with its fault planted."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from frontpage.core.params import Params
from frontpage.quality.declare import Boundary, Check, Part, Severity
from frontpage.quality.engine import Validation, open_engine
from frontpage.quality.gate import check_lists, target
from frontpage.quality.inputs import check_inputs, check_part, session_variables
from frontpage.quality.suites import PARTS, all_checks, of
from frontpage.store.connect import connect, execute
from frontpage.store.server import Server
from tests.integration.quality_world import AS_OF, FAULTS, NOT_PLANTED, WARNING_FAULTS, fill, plant
from tests.support.databases import admin

PARAMS = Params()
#: Those of list rules have faults of their own (test_list_rules_gate.py).
CHECKS = [check for check in all_checks(PARAMS.quality) if check.part != Part.RULES]
FAILING = [check for check in CHECKS if check.severity == Severity.FAIL]


@dataclass(frozen=True)
class World:
    """A healthy database to copy."""

    server: Server
    name: str
    run_id: int

    @property
    def url(self) -> str:
        """Where the original is."""
        return self.server.url(self.name)


@pytest.fixture(scope="module")
def world(postgres: Server) -> Iterator[World]:
    """The healthy world, made once."""
    name = f"healthy_{os.getpid()}"
    admin(postgres, f"create database {name} template template_frontpage")
    with connect(postgres.url(name)) as connection:
        run_id = fill(connection)
    yield World(postgres, name, run_id)
    admin(postgres, f"drop database {name} with (force)")


@pytest.fixture
def copy(world: World) -> Iterator[str]:
    """URL of a copy of the healthy world."""
    name = f"{world.name}_copy"
    admin(world.server, f"create database {name} template {world.name}")
    yield world.server.url(name)
    admin(world.server, f"drop database {name} with (force)")


def without_texts(articles: pd.DataFrame) -> np.ndarray:
    """Content vectors where there is no model."""
    return np.zeros((len(articles), 0), dtype=np.float32)


def outcomes(validations: list[Validation]) -> dict[str, str]:
    """Outcome of each expectation by name."""
    return {each.check.name: each.state for validation in validations for each in validation.outcomes}


def look(url: str, check: Check, run_id: int) -> dict[str, str]:
    """Outcomes of the part that one expectation belongs to."""
    with connect(url) as connection, open_engine(url, AS_OF, session_variables(PARAMS)) as engine:
        if check.boundary != Boundary.LISTS:
            return outcomes([check_part(engine, check.boundary, check.part, PARAMS)])
        chosen = of(CHECKS, Boundary.LISTS, check.part)
        return outcomes([engine.validate(target(connection, run_id, check.part), chosen)])


def test_every_failing_expectation_has_a_fault():
    """Whoever declares a `fail` expectation plants the fault that it is there to notice, and only such."""
    assert set(FAULTS) == {check.name for check in FAILING}


def test_a_healthy_world_is_green(world):
    """Where nothing is wrong, nothing is red and nothing is warned of; only comparisons without a basis are skipped."""
    with connect(world.url) as connection:
        validations = [
            *check_inputs(world.url, PARAMS, AS_OF),
            *check_lists(connection, world.url, PARAMS, (world.run_id, AS_OF), without_texts),
        ]
    found = outcomes(validations)
    assert set(found) == {check.name for check in CHECKS} | {"list_keeps_max_similarity", "list_rules_are_kept"}
    assert {name: state for name, state in found.items() if state not in ("passed", "skipped")} == {}
    assert {name for name, state in found.items() if state == "skipped"} == {
        # fifty readers are too few for these, and nothing was served before
        "reads_by_many_readers", "reads_of_many_articles", "readers_do_not_double_in_a_day", "lists_differ",
        "reader_interests_are_categories", "lists_open_with_different_articles", "lists_name_many_publishers",
        "lists_resemble_the_last", "lists_are_not_the_last", "list_keeps_max_similarity",
    }  # fmt: skip


@pytest.mark.parametrize("check", FAILING, ids=lambda check: check.name)
@pytest.mark.ml_test("monitor-2")
def test_a_planted_fault_turns_it_red(world, copy, check):
    """The fault of each `fail` expectation makes exactly that expectation red, whatever else it may disturb."""
    with connect(copy) as connection:
        plant(connection, check.name, world.run_id)
    assert look(copy, check, world.run_id)[check.name] == "failed"


@pytest.mark.parametrize("boundary", WARNING_FAULTS, ids=str)
def test_what_is_worth_a_warning_is_warned_of(world, copy, boundary):
    """Faults that need not stop a run are reported by name, and stop nothing."""
    with connect(copy) as connection, open_engine(copy, AS_OF, session_variables(PARAMS)) as engine:
        execute(connection, WARNING_FAULTS[boundary])
        parts = [check_part(engine, boundary, part, PARAMS) for part in PARTS[boundary]]
    found = [outcome for part in parts for outcome in part.outcomes]
    declared = {check.name for check in CHECKS if check.boundary == boundary and check.severity == Severity.WARN}
    assert {outcome.check.name for outcome in found if outcome.is_warning} >= declared - NOT_PLANTED
    assert [outcome.check.name for outcome in found if outcome.is_red] == []


#: 5,000 reads a day of the first reader, all marked, all with one reading time.
_CRAWLED = """insert into read_event
    select 'c' || day || '-' || i, 1, 'a7000', 'read', t, t, 0.5, null, 'north', null, null, 'burst', 'reads', 1
    from generate_series({first}, {last}) day cross join generate_series(1, 5000) i
    cross join lateral (
        select timestamptz '2026-03-04 10:00+00' - day * interval '1 day' - i * interval '17 s' as t
    ) moments"""


@pytest.mark.parametrize(("first", "last"), [(0, 0), (1, 27)], ids=["comes", "has gone"])
def test_one_reader_with_most_of_the_reads_stops_nobody(world, copy, first, last):
    """A crawler that appears is warned of by name; neither it nor its end after four weeks turns anything red."""
    with connect(copy) as connection, open_engine(copy, AS_OF, session_variables(PARAMS)) as engine:
        execute(connection, _CRAWLED.format(first=first, last=last))
        parts = [check_part(engine, Boundary.READS, part, PARAMS) for part in PARTS[Boundary.READS]]
    found = [outcome for part in parts for outcome in part.outcomes]
    assert [outcome.check.name for outcome in found if outcome.is_red] == []
    warned = {outcome.check.name for outcome in found if outcome.is_warning}
    assert ({"reads_by_many_readers", "reads_mostly_honest"} <= warned) == (first == 0)


def test_rows_of_nobody_do_not_stop_a_run(world, copy):
    """Two thirds of a pull without a reader: counted in quarantine, not held against the source."""
    with connect(copy) as connection, open_engine(copy, AS_OF, session_variables(PARAMS)) as engine:
        sql = """update extract_run set loaded = 30, unchanged = 4, updated = 0, quarantined = 66,
            details = '{"reasons": {"no_reader": 65, "bad_time": 1}}' where source = 'feed'"""
        execute(connection, sql)
        parts = [check_part(engine, Boundary.EXTRACT, part, PARAMS) for part in PARTS[Boundary.EXTRACT]]
    assert [outcome.check.name for part in parts for outcome in part.outcomes if outcome.is_red] == []
