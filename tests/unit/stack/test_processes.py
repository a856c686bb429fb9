"""Processes are started with a record, found again by it, and ended with all they started; nothing else is."""

import json
import os
import socket
import subprocess
import sys
import time

import psutil
import pytest

from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.stack import processes
from frontpage.stack.layout import Layout


@pytest.fixture
def layout(tmp_path):
    """An empty home; whatever a test leaves running in it is killed."""
    layout = Layout(tmp_path)
    yield layout
    for process in processes.strays(layout):
        process.kill()


def shell(layout: Layout, name: str, script: str) -> processes.Child:
    """A shell script as a child."""
    return processes.start(layout, name, ["/bin/bash", "-c", script], os.environ)


def until(condition, seconds: float = 10.0) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Whether it runs; a dead one that nobody has collected yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_child_is_found_by_its_record(layout):
    """Another command sees what runs."""
    child = shell(layout, "api", "sleep 60")
    assert processes.recorded(layout) == {"api": child}
    assert processes.is_alive(child)
    processes.stop(layout, ["api"], 2)
    assert not processes.is_alive(child)
    assert processes.recorded(layout) == {}


def test_a_pid_that_is_used_again_is_not_ours(layout):
    """The record of a process long gone never leads to ending a stranger."""
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        child = processes.record(layout, "api", stranger.pid)
        record = layout.run / "api.pid"
        record.write_text(json.dumps({"name": "api", "pid": stranger.pid, "created": child.created - 100}))
        assert not processes.is_alive(processes.recorded(layout)["api"])
        processes.stop(layout, ["api"], 1)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_descendants_end_too_even_deaf_ones(layout):
    """First asked, then forced, down to a grandchild in a session of its own."""
    deaf_child = f"trap '' TERM; echo \\$\\$ > {layout.home}/deaf; sleep 60; sleep 60"
    script = f"trap '' TERM; setsid bash -c \"{deaf_child}\" & wait; sleep 60"
    shell(layout, "scheduler", script)
    until(lambda: (layout.home / "deaf").exists() and (layout.home / "deaf").read_text().strip())
    deaf = int((layout.home / "deaf").read_text())
    processes.stop(layout, ["scheduler"], 0.5)
    assert not lives(deaf)


def test_orphans_are_found_by_their_mark(layout):
    """What outlived its parent still carries the home in its environment; this test does not."""
    shell(layout, "worker", f"setsid sleep 61 & echo $! > {layout.home}/orphan")
    until(lambda: (layout.home / "orphan").exists() and (layout.home / "orphan").read_text().strip())
    orphan = int((layout.home / "orphan").read_text())
    until(lambda: orphan in [process.pid for process in processes.strays(layout)])
    processes.end(processes.strays(layout), 2)
    assert not lives(orphan)
    assert processes.strays(Layout(layout.home / "another")) == []


def test_a_child_that_died_is_named_with_its_last_words(layout):
    """One sentence instead of a search through logs."""
    child = shell(layout, "api", "echo fine; echo no room left; echo; exit 1")
    until(lambda: not processes.is_alive(child))
    with pytest.raises(UnavailableError, match=r"api ended \(no room left\); its log is .*logs/api.log"):
        processes.check(layout, [child])


def test_waiting_for_a_child_that_fails(layout):
    """Its last words are in the sentence."""
    with pytest.raises(UnavailableError, match=r"newsroom failed \(no such format\)"):
        processes.wait_for(shell(layout, "newsroom", "echo no such format; exit 3"), layout, 10)


def test_waiting_for_a_child_that_is_good(layout):
    """It is forgotten afterwards."""
    processes.wait_for(shell(layout, "newsroom", "exit 0"), layout, 10)
    assert processes.recorded(layout) == {}


def test_waiting_has_an_end(layout):
    """A child that hangs is named."""
    with pytest.raises(UnavailableError, match="newsroom did not end within 0 s"):
        processes.wait_for(shell(layout, "newsroom", "sleep 60"), layout, 0.1)


def test_a_port_that_is_taken_is_one_sentence():
    """It names the port, what wanted it, and the variable to change."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(BadInputError, match=rf"port {port} for the API is taken; choose another with API_PORT="):
            processes.require_free(port, "the API", "API_PORT")
        assert processes.free_port(port) != port


def test_a_free_port_is_taken_as_preferred():
    """Where nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
    processes.require_free(port, "the API", "API_PORT")
    assert processes.free_port(port) == port


def test_this_process_is_never_a_stray(layout, monkeypatch):
    """The command that takes down does not end itself, though it may carry the mark."""
    script = (
        "from frontpage.stack import processes; from frontpage.stack.layout import Layout;"
        "from pathlib import Path; import sys;"
        "print(processes.strays(Layout(Path(sys.argv[1]))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(layout.home)],
        env={**os.environ, processes.MARK: str(layout.home)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]", done.stderr
