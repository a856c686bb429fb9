"""What is unusual for a step, and what it would need."""

from frontpage.monitoring.reports.resources import is_unusual, page, table

ROW = {"verb": "score", "n": 9, "seconds": 60.0, "usual_seconds": 50.0, "cpu_seconds": 90.0, "usual_cpu_seconds": 80.0,
       "memory_bytes": 2**30, "usual_memory_bytes": 2**30, "most_memory_bytes": 2**30, "most_processors": 1.5,
       "read_bytes": None, "written_bytes": 2**20, "rows_per_second": 10.0}  # fmt: skip


def test_half_as_much_again_is_unusual_where_there_is_a_past():
    """60 s beside 50 are usual; 90 are not, but for a step that has run only four times."""
    assert not is_unusual(ROW)
    assert is_unusual(ROW | {"seconds": 90.0})
    assert not is_unusual(ROW | {"seconds": 90.0, "n": 4})


def test_a_limit_is_a_quarter_above_the_most():
    """1 GiB and a quarter are 1280 MiB; nothing read is nothing."""
    _, line = table([ROW])
    assert line.split()[-2:] == ["1280", "1.50"]
    assert line.split()[8] == "0.0"
    assert "class=much" in page([ROW | {"cpu_seconds": 200.0}], "now")
