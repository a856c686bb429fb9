"""`make flink`: Beam's Flink job server as `build/flink/job-server.jar`, from Maven, each jar checked by SHA-256.

`job-server.jar` holds no code: its manifest names the jars beside it and the main class, so `java -jar` starts it.
Needs `java` 17 and `mvn`.
"""

import argparse
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE.parents[1] / "build" / "flink"
JOB_SERVER = BUILT / "job-server.jar"
_HASHES = HERE / "jars.sha256"
_MAIN = "org.apache.beam.runners.flink.FlinkJobServerDriver"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies"
#: A line of a manifest has at most 72 bytes, its end among them; what is longer goes on after a blank.
_MANIFEST_WIDTH = 70


def build(*, is_pinning: bool = False) -> Path:
    """The job server's jar; fetched only if it is not there. Ends with a sentence where a jar is not the pinned one."""
    if not JOB_SERVER.exists() or is_pinning:
        fetch(BUILT / "jars")
        if is_pinning:
            _HASHES.write_text(hashes(BUILT / "jars"))
        check(BUILT / "jars")
        _write(JOB_SERVER, BUILT / "jars")
    return JOB_SERVER


def fetch(folder: Path) -> None:
    """Let Maven copy what the pom names, and what that needs, into a folder."""
    subprocess.run(
        ["mvn", "--batch-mode", "--quiet", "--file", HERE / "pom.xml", _COPY, "-DincludeScope=runtime",
         f"-DoutputDirectory={folder}"],
        check=True,
    )  # fmt: skip


def hashes(folder: Path) -> str:
    """Lines as `sha256sum` writes them, by name."""
    jars = sorted(folder.glob("*.jar"))
    return "".join(f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.name}\n" for jar in jars)


def check(folder: Path) -> None:
    """End with the name of the first jar that is missing, new, or not what was pinned."""
    wanted, found = (set(text.splitlines()) for text in (_HASHES.read_text(), hashes(folder)))
    if wanted != found:
        odd = min(line.split()[1] for line in wanted ^ found)
        sys.exit(f"{odd} is not the one that {_HASHES.name} names; nothing was built")


def _write(path: Path, folder: Path) -> None:
    jars = " ".join(f"{folder.name}/{jar.name}" for jar in sorted(folder.glob("*.jar")))
    lines = ["Manifest-Version: 1.0", f"Main-Class: {_MAIN}", f"Class-Path: {jars}"]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "".join(map(_folded, lines)) + "\r\n")


def _folded(line: str) -> str:
    rest = line[_MANIFEST_WIDTH:]
    step = _MANIFEST_WIDTH - 1
    pieces = [line[:_MANIFEST_WIDTH], *(f" {rest[at : at + step]}" for at in range(0, len(rest), step))]
    return "".join(f"{piece}\r\n" for piece in pieces)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write-hashes", action="store_true", help="pin what Maven gives now")
    print(build(is_pinning=parser.parse_args().write_hashes))  # noqa: T201 - a command
