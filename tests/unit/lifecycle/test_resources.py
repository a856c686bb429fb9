"""What a block of work used is measured, with its children."""

import subprocess
import sys

import pytest

from frontpage.lifecycle.resources import measure

BURN = "import time; t = time.process_time() + 0.5\nwhile time.process_time() < t: pass"


def test_cpu_of_a_child_counts():
    """A child that burns half a second of CPU shows in cpu_seconds, and its time in wall_seconds."""
    with measure() as meter:
        subprocess.run([sys.executable, "-c", BURN], check=True)
    assert 0.2 < meter.resources.cpu_seconds < 3
    assert meter.resources.wall_seconds >= 0.5


def test_peak_memory_is_seen():
    """100 MB held for a moment show in the peak."""
    with measure() as before:
        pass
    with measure() as meter:
        held = bytearray(100_000_000)
        held[::4096] = b"x" * len(held[::4096])
        subprocess.run([sys.executable, "-c", "import time; time.sleep(0.5)"], check=True)
        del held
    assert meter.resources.peak_rss_bytes > before.resources.peak_rss_bytes + 80_000_000


def test_resources_of_failed_work_are_kept():
    """A block that raises still leaves its numbers."""
    with pytest.raises(ZeroDivisionError), measure() as meter:
        print(1 // 0)
    assert meter.resources.peak_rss_bytes > 0
    assert set(meter.resources.as_dict()) == {
        "wall_seconds", "cpu_seconds", "peak_rss_bytes", "read_bytes", "written_bytes",
    }  # fmt: skip
