"""What is heard of a long step, and what is made of it, with a clock that the test moves."""

import threading
from contextlib import contextmanager

import pytest

from frontpage.core.progress import ProgressMeter, polled, progress_to, report_progress, track


class Clock:
    """Seconds that only the test lets pass."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def heard():
    """Everything reported while the test runs."""
    told = []
    with progress_to(lambda *progress: told.append(progress)):
        yield told


def test_items_are_done_when_the_next_is_asked_for(heard):
    """A stage begins with nothing done; the items come unchanged and in order."""
    items = track(["a", "b"], "files")
    assert next(items) == "a"
    assert heard == [("files", 0, 2)]
    assert next(items) == "b"
    assert heard == [("files", 0, 2), ("files", 1, 2)]
    assert list(items) == []
    assert heard[-1] == ("files", 2, 2)


def test_a_stream_has_no_total_unless_it_is_given(heard):
    """An iterator cannot say how many will come."""
    assert list(track(iter("xy"), "rows")) == ["x", "y"]
    assert list(track(iter("xy"), "lines", 2)) == ["x", "y"]
    assert heard == [("rows", 0, None), ("rows", 1, None), ("rows", 2, None),
                     ("lines", 0, 2), ("lines", 1, 2), ("lines", 2, 2)]  # fmt: skip


def test_nobody_need_listen():
    """Reporting without a listener does nothing."""
    report_progress("rows", 1, 2)


def test_other_threads_are_heard(heard):
    """A step may let threads work for it."""
    thread = threading.Thread(target=report_progress, args=("mails", 1, 3))
    thread.start()
    thread.join()
    assert heard == [("mails", 1, 3)]


def test_the_inner_listener_takes_over(heard):
    """A step within a step is heard by whoever asked last, and then no more."""
    inner = []
    with progress_to(lambda *progress: inner.append(progress)):
        report_progress("rows", 1, 2)
    report_progress("rows", 2, 2)
    assert (inner, heard) == ([("rows", 1, 2)], [("rows", 2, 2)])


def test_work_of_others_is_counted_while_it_goes_on(heard, monkeypatch):
    """The count is looked at now and then, and is complete at the end; the counter is closed again."""
    monkeypatch.setattr("frontpage.core.progress._POLL_SECONDS", 0.01)
    counted, looked, closed = [0], threading.Event(), []

    @contextmanager
    def counter():
        def count() -> int:
            looked.set()
            return counted[0]

        yield count
        closed.append(True)

    with polled("blocks", 4, counter):
        counted[0] = 3
        looked.clear()
        assert looked.wait(5)
    assert heard[0] == ("blocks", 0, 4)
    assert ("blocks", 3, 4) in heard
    assert heard[-1] == ("blocks", 4, 4)
    assert closed == [True]


def test_the_expected_end_is_at_the_pace_so_far(clock):
    """12 of 34 in 41 s leave 22, at 41 / 12 s each: 75 s."""
    meter = ProgressMeter(clock)
    meter("cut-offs", 0, 34)
    clock.now += 41
    meter("cut-offs", 12, 34)
    told = meter.latest()
    assert told.left_seconds == pytest.approx(22 * 41 / 12)
    assert str(told) == "cut-offs 12 of 34, 41 s, about 75 s left"


def test_without_a_pace_nothing_is_expected(clock):
    """Nothing done yet, or nobody knows of how many."""
    meter = ProgressMeter(clock)
    assert meter.latest() is None
    meter("cut-offs", 0, 34)
    clock.now += 5
    assert str(meter.latest()) == "cut-offs 0 of 34, 5 s"
    meter("mails", 1_200, None)
    assert str(meter.latest()) == "mails 1,200, 0 s"


def test_a_resumed_stage_is_judged_by_what_it_does_now(clock):
    """Nine of twelve were there: two in 20 s leave one, of 10 s."""
    meter = ProgressMeter(clock)
    meter("als", 9, 12)
    clock.now += 20
    meter("als", 11, 12)
    assert meter.latest().left_seconds == pytest.approx(10)


def test_a_stage_that_begins_anew_has_a_pace_of_its_own(clock):
    """The trees of the second ranker do not take as long as both rankers' together."""
    meter = ProgressMeter(clock)
    meter("trees", 0, 2)
    clock.now += 100
    meter("trees", 2, 2)
    assert meter.latest().is_complete
    meter("trees", 0, 2)
    clock.now += 4
    meter("trees", 1, 2)
    assert str(meter.latest()) == "trees 1 of 2, 4 s, about 4 s left"


def test_a_stage_keeps_its_pace_through_what_runs_within_it(clock):
    """A replay trains between two refreshes: two of four refreshes in 60 s leave 60 s."""
    meter = ProgressMeter(clock)
    meter("refreshes", 0, 4)
    clock.now += 10
    meter("refreshes", 1, 4)
    meter("cut-offs", 0, 3)
    clock.now += 50
    meter("cut-offs", 3, 3)
    meter("refreshes", 2, 4)
    assert meter.latest().left_seconds == pytest.approx(60)
