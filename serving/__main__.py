"""`python -m serving`: the API without the `frontpage` command, for the slim image."""

import argparse
import os
import sys

from frontpage.core.errors import FrontpageError
from frontpage.core.settings import Settings
from serving.http.server import serve


def main() -> int:
    """Serve until stopped; the exit code is the one of frontpage/core/errors.py."""
    parser = argparse.ArgumentParser(prog="python -m serving", description="Serve the published lists over REST.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    try:
        serve(Settings.from_environ(os.environ), options.host, options.port, options.workers)
    except FrontpageError as error:
        sys.stderr.write(f"frontpage: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
