"""Each thing that the doctor knows of is found, in one sentence with its remedy."""

import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from frontpage.operations import doctor

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def only(found: list[doctor.Complaint], check: str) -> str:
    assert [one.check for one in found] == [check]
    return found[0].sentence


def test_a_taken_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port} is taken; stop" in only(list(doctor.taken_ports([port])), "port")
    assert list(doctor.taken_ports([port])) == []


def test_a_full_disk(tmp_path: Path):
    """A folder that is not there yet is on the file system of the first one above it that is."""
    assert "frontpage purge" in only(list(doctor.little_room(tmp_path / "home", 2**60)), "disk")
    assert list(doctor.little_room(tmp_path / "home", 1)) == []


@pytest.mark.parametrize("value", ["changeme", "", "postgres", "'password'", "<your key>"])
def test_a_placeholder_in_env(tmp_path: Path, value: str):
    (tmp_path / ".env").write_text(f"API_PORT=8000\nFRONTPAGE_DB_PASSWORD={value}\nAIRFLOW_PASSWORD=gnUI8_sdf98\n")
    sentence = only(list(doctor.placeholders(tmp_path / ".env")), "secret")
    assert sentence.startswith("FRONTPAGE_DB_PASSWORD in ")


def test_a_placeholder_in_the_settings(tmp_path: Path):
    environ = {"FRONTPAGE_ENV": "production", "FRONTPAGE_HOME": str(tmp_path)}
    found = list(doctor.examine(environ, tmp_path, [], lambda: NOW))
    assert "FRONTPAGE_PSEUDONYM_SECRET must be set" in only(found, "secret")


def test_a_lock_of_a_server_that_is_gone(tmp_path: Path):
    """Whose process id belongs to something else by now, or to nothing."""
    lock = tmp_path / "postmaster.pid"
    assert list(doctor.stale_server_lock(lock)) == []
    for pid in (os.getpid(), 4_194_303):
        lock.write_text(f"{pid}\n/data\n")
        assert "frontpage db up" in only(list(doctor.stale_server_lock(lock)), "lock")


def test_an_old_server():
    assert "PostgreSQL 13" in only(list(doctor.old_server(130_012)), "version")
    assert list(doctor.old_server(150_000)) == []


@pytest.mark.parametrize(("seconds", "word"), [(60, "ahead of"), (-60, "behind")])
def test_a_clock_that_is_wrong(seconds: int, word: str):
    sentence = only(list(doctor.skewed(NOW + timedelta(seconds=seconds), NOW)), "clock")
    assert f"60 seconds {word} this machine's" in sentence
    assert list(doctor.skewed(NOW + timedelta(seconds=2), NOW)) == []


def test_a_database_that_is_away(tmp_path: Path):
    environ = {"FRONTPAGE_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/x", "FRONTPAGE_HOME": str(tmp_path)}
    found = list(doctor.examine(environ, tmp_path, [], lambda: NOW))
    assert only([one for one in found if one.check != "disk"], "database")
