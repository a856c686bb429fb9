"""Health check of an Airflow part: exit code 0 where its heartbeat is fresh, as Airflow's API sees it."""

import json
import sys
import urllib.request

URL = "http://airflow-api:8080/api/v2/monitor/health"


def main() -> int:
    """Look at the part named on the command line: scheduler, dag_processor or triggerer."""
    with urllib.request.urlopen(URL, timeout=12) as answer:
        part = json.load(answer)[sys.argv[1]]
    return 0 if part["status"] == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main())
