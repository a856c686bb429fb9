"""`python -m gates.secrets [FILE...]`: no key or password stands in a file that is committed; else exit code 4.

Finds what has a shape of its own; tests may hold examples, marked `not-a-secret` in the same line.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SHAPES = {
    "a key of this API": r"\bfp_[A-Za-z0-9_-]{32,}",
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n?[A-Za-z0-9+/=\\n]{24}",
    "a key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})",
    "a token of Slack": r"\bxox[abprs]-[0-9A-Za-z-]{20,}",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a secret of .env": r"(?m)^(?:export )?[A-Z_]*(?:SECRET|PASSWORD|FERNET_KEY|API_KEYS)=['\"]?[A-Za-z0-9+/_=-]{24,}",
}
MARK = "not-a-secret"
_MAX_BYTES = 5_000_000


def found_in(text: str) -> Iterator[tuple[int, str]]:
    """Line and kind of each secret; never a part of it."""
    for kind, shape in SHAPES.items():
        for match in re.finditer(shape, text):
            number = text.count("\n", 0, match.start()) + 1
            if MARK not in text.splitlines()[number - 1]:
                yield number, kind


def committed() -> list[Path]:
    """Files that Git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True).stdout.decode()
    return [Path(name) for name in listed.split("\0") if name]


def main(paths: list[Path]) -> int:
    """Say where each is."""
    n = 0
    for path in paths or committed():
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            continue
        for number, kind in found_in(path.read_text(errors="replace")):
            n += 1
            sys.stdout.write(f"{path}:{number}: {kind}; revoke it, take it out, and rewrite what is pushed\n")
    return 4 if n else 0


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
