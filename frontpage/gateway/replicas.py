"""`python -m frontpage.gateway.replicas [PORT]`: how many replicas of the API a running gateway sends requests to."""

import re
import sys
import urllib.request

from frontpage.core.errors import FrontpageError, UnavailableError

METRICS_PORT = 9902
_HEALTHY = re.compile(r'^envoy_cluster_membership_healthy{envoy_cluster_name="api"} (\d+)$', re.MULTILINE)


def main() -> int:
    """Print the number; the exit code is the one of frontpage/core/errors.py."""
    try:
        sys.stdout.write(f"{healthy_replicas(int(sys.argv[1]) if sys.argv[1:] else METRICS_PORT)}\n")
    except FrontpageError as error:
        sys.stderr.write(f"frontpage: {error}\n")
        return error.exit_code
    return 0


def healthy_replicas(port: int) -> int:
    """As Envoy's metrics on that port of loopback say. Raises UnavailableError where they do not."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats/prometheus", timeout=4) as answer:
            found = _HEALTHY.search(answer.read().decode())
    except OSError as error:
        raise UnavailableError(f"no gateway answers on port {port} ({error}); look at its log") from error
    if found is None:
        raise UnavailableError(f"what answers on port {port} is no gateway; give its --metrics-port")
    return int(found[1])


if __name__ == "__main__":
    sys.exit(main())
