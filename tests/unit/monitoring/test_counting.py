"""Counts from counters: exact over restarts and pieces."""

from frontpage.monitoring.prometheus import Line
from frontpage.monitoring.reports.counting import Counted, quantile


def test_a_restart_begins_at_zero_and_pieces_join():
    """10 to 16 is 6; after a restart 4 is 4 more; the next piece goes on from 4."""
    counted = Counted()
    first = counted.grown([Line({"a": "x"}, ((0, 10), (60, 16), (120, 4)))])
    second = counted.grown([Line({"a": "x"}, ((180, 5),))])
    assert [sum(piece.values()) for piece in (first, second)] == [10, 1]


def test_a_counter_that_comes_later_began_at_zero():
    """The first series was there before we were; the second came after, so all of it counts."""
    counted = Counted()
    counted.grown([Line({"a": "x"}, ((0, 10), (60, 10)))])
    assert counted.grown([Line({"a": "y"}, ((120, 3),))]) == {(("a", "y"),): 3}


def test_nothing_counted_has_no_quantile():
    """An empty histogram says nothing; what lies beyond the last edge is said to be at least that."""
    assert quantile(0.99, {}) is None
    assert quantile(0.99, {0.1: 0.0, float("inf"): 10.0}) == 0.1
