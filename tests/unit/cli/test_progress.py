"""How progress is shown: lines of a log where nobody looks at once, bars on a terminal."""

import json
import os
import pty
import subprocess
import sys
import termios
import time
from pathlib import Path

from frontpage.cli import progress
from frontpage.cli.progress import log_lines, shown_progress
from frontpage.core.progress import progress_file, report_progress, track

PERIOD = 0.2


def test_a_log_has_at_most_a_line_a_period():
    """A thousand reports make no more lines than there were periods, each a JSON object with its numbers."""
    lines, started = [], time.monotonic()
    with log_lines("train", lines.append, PERIOD):
        for _ in track(range(1000), "cut-offs"):
            time.sleep(3.5 * PERIOD / 1000)
    assert 1 <= len(lines) <= (time.monotonic() - started) / PERIOD
    first = json.loads(lines[0])
    assert first["message"].startswith("train: cut-offs ")
    assert (first["frontpage.verb"], first["frontpage.progress.what"]) == ("train", "cut-offs")
    assert 0 < first["frontpage.progress.done"] < first["frontpage.progress.total"] == 1000
    assert first["@timestamp"].endswith("+00:00")


def test_a_step_that_is_quick_says_nothing():
    """Less than a period needs no progress."""
    lines = []
    with log_lines("gate", lines.append, PERIOD):
        assert list(track([1, 2], "checks")) == [1, 2]
    assert lines == []


def test_a_stage_that_takes_long_is_alive():
    """Without any news the line comes again, with the seconds; that a stage is complete is said once."""
    lines = []
    with log_lines("extract", lines.append, PERIOD):
        report_progress("sources", 0, 2)
        time.sleep(2.5 * PERIOD)
        n_alive = len(lines)
        report_progress("sources", 2, 2)
        time.sleep(2.5 * PERIOD)
    assert n_alive >= 2
    assert len([line for line in lines if json.loads(line)["frontpage.progress.done"] == 2]) == 1


def test_the_last_line_is_in_a_file_while_the_verb_runs(tmp_path, monkeypatch, capsys):
    """For `make run`, which sees of a task only what Airflow tells; afterwards it is gone."""
    monkeypatch.setattr(progress, "PERIOD_SECONDS", PERIOD)
    path = progress_file(tmp_path, "score")
    with shown_progress("score", tmp_path):
        report_progress("blocks of readers", 3, 7)
        deadline = time.monotonic() + 10
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(PERIOD / 10)
        assert json.loads(path.read_text())["message"].startswith("score: blocks of readers 3 of 7, ")
    assert list(path.parent.iterdir()) == []
    assert '"message": "score: blocks of readers 3 of 7' in capsys.readouterr().err


def test_a_terminal_gets_a_bar(tmp_path):
    """On standard error, so that what a verb prints can be kept in a file."""
    code = (
        "import time; from pathlib import Path; from frontpage.cli import progress\n"
        "from frontpage.core.progress import track\n"
        "progress._BAR_DELAY_SECONDS = 0.0\n"
        f"with progress.shown_progress('train', Path({str(tmp_path)!r})):\n"
        "    for _ in track(range(4), 'cut-offs'): time.sleep(0.15)\n"
    )
    terminal, of_child = pty.openpty()
    termios.tcsetwinsize(of_child, (24, 80))  # a terminal without columns has no room for a bar
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=of_child, cwd=root, timeout=60)
    os.set_blocking(terminal, False)
    shown = os.read(terminal, 100_000).decode()
    os.close(of_child)
    os.close(terminal)
    assert (done.returncode, done.stdout) == (0, b"")
    assert "cut-offs:" in shown
    assert "2/4" in shown
