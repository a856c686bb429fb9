"""Each network policy, tried from pods: what it lets through, and that nothing else passes."""

import pytest

from tests.kubernetes.kubernetes import NAMESPACE, Kubernetes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]
OURS = f"{NAMESPACE}.svc.cluster.local"
GATEWAY, METRICS, API, POSTGRES = (f"{one}" for one in (
    f"gateway.{OURS}:80", f"gateway.{OURS}:9902", f"api.{OURS}:8000", f"postgres.{OURS}:5432",
))  # fmt: skip
EVERYTHING = (GATEWAY, METRICS, API, POSTGRES)
#: A new pod's policies take a moment to reach the node.
N_TRIES = 8
#: Who asks, from which namespace, all that it may reach, and what it is itself, which is not asked.
MAY = {
    "a stranger": ("visitor", "visitors", {GATEWAY}, ""),
    "monitoring": ("visitor", "monitoring", {GATEWAY, METRICS, API}, ""),
    "the gateway": ("deploy/gateway", NAMESPACE, {API}, "gateway"),
    "the API": ("deploy/api", NAMESPACE, {POSTGRES}, "api"),
    "a pod without a part": ("stray", NAMESPACE, set(), ""),
}


@pytest.mark.parametrize("who", MAY)
def test_each_reaches_what_it_needs_and_nothing_else(cluster: Kubernetes, who: str):
    """Every port here is open to somebody, so what is shut to another is shut by a policy."""
    pod, namespace, allowed, itself = MAY[who]
    wanted = {one: "open" if one in allowed else "shut" for one in EVERYTHING if one.split(".")[0] != itself}
    for _ in range(N_TRIES):
        found = cluster.run_inside(pod, "reach.py", *wanted, namespace=namespace)
        if found == wanted:
            break
    print(f"\n{who}: {found}")
    assert found == wanted


def test_a_step_reaches_the_database_only(cluster: Kubernetes):
    """As a pod with the label of a refresh."""
    shown = "import socket; socket.create_connection(('postgres', 5432), 3); print('database')"
    refused = "import socket, sys; sys.exit(socket.socket().connect_ex(('api', 8000)) == 0)"
    script = ["sh", "-ec", f'sleep 3; python -c "{shown}"; timeout 8 python -c "{refused}" || [ $? = 124 ]; echo alone']
    done = cluster.job("reaching", "refresh", script)
    assert done.succeeded, done.log
    assert done.log.split() == ["database", "alone"]
