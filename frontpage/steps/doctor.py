"""`frontpage doctor`: what keeps this installation from working."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from frontpage.core.errors import CheckFailedError
from frontpage.operations.doctor import examine


def run(ports: Sequence[int]) -> None:
    """Print a sentence for each thing that is wrong. Raises CheckFailedError where there is one.

    Takes no settings: they may be what is wrong.
    """
    found = list(examine(os.environ, Path.cwd(), ports, lambda: datetime.now(UTC)))
    sys.stdout.writelines(f"{one.check}: {one.sentence}\n" for one in found)
    if found:
        raise CheckFailedError(f"{len(found)} of what was looked at is not as it has to be")
    sys.stdout.write("all is well: ports, disk, secrets, locks, database, clock\n")
