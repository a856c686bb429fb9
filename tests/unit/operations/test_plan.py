"""The plan is held to what was measured: each of two sizes is left out, and found again from the others."""

import json

import pytest

from frontpage.core.errors import BadInputError
from frontpage.operations.plan import MEASUREMENTS, at, plan

SCALE = json.loads((MEASUREMENTS / "scale.json").read_text())["figures"]
SIZES = {name: SCALE[name] for name in ("15k", "60k", "240k", "521k")}


@pytest.mark.parametrize("size", ["240k", "521k"])
@pytest.mark.parametrize(("figure", "tolerance"), [("refresh_seconds", 0.15), ("peak_gb", 0.1)])
def test_a_measured_size_is_found_from_the_others(size: str, figure: str, tolerance: float):
    """Between the others, and beyond them."""
    others = {name: values for name, values in SIZES.items() if name != size}
    assert at(others, figure, SIZES[size]["readers"]) == pytest.approx(SIZES[size][figure], rel=tolerance)


def test_a_measured_size_is_planned_as_measured():
    made = plan(521_000, 174_668, 60)
    assert made.refresh_minutes == pytest.approx(376.8 / 60)
    assert (made.pipeline_cores, made.api_cores) == (2, 1)


def test_more_readers_in_less_time_need_more_cores():
    """Five million within five minutes."""
    made = plan(5_000_000, 174_668, 5)
    assert made.pipeline_cores > 2
    assert made.refresh_minutes <= 5
    assert made.first_to_give_way.startswith("the refresh")


def test_fewer_articles_make_a_refresh_shorter():
    assert plan(60_000, 2_000, 60).refresh_minutes < plan(60_000, 174_668, 60).refresh_minutes


def test_nothing_cannot_be_planned():
    with pytest.raises(BadInputError, match="at least 1"):
        plan(0, 1, 1)
