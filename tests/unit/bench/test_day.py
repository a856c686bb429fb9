"""What the day's bench makes of Airflow's records, by hand."""

from typing import Any

from bench.day import Timed, figures, timed


def _task(seconds: float, start: str) -> dict[str, Any]:
    summary = f"score rows_in=1 rows_out=1 rejected=0 seconds={seconds} artifact=- variant=champion"
    return {"queued_when": "2026-03-04T01:00:01Z", "start_date": start, "result": summary}


def test_what_is_not_a_steps_own_is_airflows() -> None:
    """Twelve seconds from being asked for to the end, of which steps say ten; two and three seconds in the queue."""
    run = {
        "queued_at": "2026-03-04T01:00:00Z",
        "end_date": "2026-03-04T01:00:12Z",
        "tasks": {"features": _task(4.0, "2026-03-04T01:00:03Z"), "score": _task(6.0, "2026-03-04T01:00:04Z")},
    }
    found = timed(run)
    assert found == Timed(12.0, {"features": 4.0, "score": 6.0}, 5.0)
    assert found.airflow_seconds == 2.0


def test_the_figures_of_a_day() -> None:
    """Three refreshes, one beside the retrain and late; medians and maxima of each kind."""
    runs = [Timed(wall, {"score": wall - 5.0}, 0.0) for wall in (30.0, 70.0, 40.0)]
    made = figures(runs, [False, True, False], Timed(300.0, {"train": 290.0}, 0.0))
    assert made["day"] == {
        "refreshes": 3, "late": 1, "wall_median": 40.0, "wall_max": 70.0,
        "airflow_median": 5.0, "airflow_max": 5.0, "queued_median": 0.0,
    }  # fmt: skip
    assert made["alone"]["wall_median"] == 35.0
    assert made["beside_the_retrain"]["refreshes"] == 1
    assert made["retrain"] == {"wall_seconds": 300.0, "train": 290.0}
    assert made["hour_02"] == {"wall": 70.0, "steps": 65.0, "airflow": 5.0}
