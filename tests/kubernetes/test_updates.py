"""What readers notice, asked through the gateway from outside: nothing of an update, next to nothing of a kill."""

import time
from typing import Any

import pytest

from tests.kubernetes.conftest import Edition
from tests.kubernetes.kubernetes import NAMESPACE, Kubernetes, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]
PER_SECOND, PER_SECOND_FOR_MORE = 40, 150
#: Of the requests while a pod vanishes: its own that were under way, and those before the service knows.
MAX_LOST = 0.01


def api_pods(cluster: Kubernetes) -> set[str]:
    """Names of the API's pods."""
    listed = cluster.get("pods", "--selector", "app.kubernetes.io/name=api")["items"]
    return {one["metadata"]["name"] for one in listed}


def test_an_update_and_its_way_back_lose_no_request(cluster: Kubernetes, edition: Edition):
    """To another release and back again, replica by replica, under load."""
    before = api_pods(cluster)
    with cluster.load(PER_SECOND, edition.readers) as seen:
        began = time.monotonic()
        cluster.kubectl("-n", NAMESPACE, "set", "image", "deployment/api", "api=frontpage-serving:next")
        cluster.rolled_out("deployment/api")
        updated = time.monotonic() - began
        cluster.kubectl("-n", NAMESPACE, "rollout", "undo", "deployment/api")
        cluster.rolled_out("deployment/api")
        until(lambda: not before & api_pods(cluster))
    print(f"\nupdate {updated:.0f} s, with the way back {time.monotonic() - began:.0f} s: {seen}")
    assert seen["requests"] > PER_SECOND * 10
    assert seen["failed"] == 0, seen["failures"]


def test_a_killed_pod_is_replaced(cluster: Kubernetes, edition: Edition):
    """Without a word to anybody; the other replica serves on."""
    victim = min(api_pods(cluster))
    with cluster.load(PER_SECOND, edition.readers) as seen:
        began = time.monotonic()
        cluster.kubectl("-n", NAMESPACE, "delete", "pod", victim, "--grace-period=0", "--force")
        cluster.rolled_out("deployment/api")
        replaced = time.monotonic() - began
    print(f"\nreplaced after {replaced:.0f} s: {seen}")
    assert victim not in api_pods(cluster)
    assert seen["failed"] <= MAX_LOST * seen["requests"], seen["failures"]


def test_more_requests_bring_another_replica(cluster: Kubernetes, edition: Edition):
    """By measured CPU; the quota and the node have room for one more."""
    assert cluster.get("hpa", "api")["spec"]["maxReplicas"] == 3

    def is_larger() -> bool:
        return int(cluster.get("deployment", "api")["status"].get("readyReplicas", 0)) == 3

    with cluster.load(PER_SECOND_FOR_MORE, edition.readers) as seen:
        seconds = until(is_larger, 240)
    measured: dict[str, Any] = cluster.get("hpa", "api")["status"]
    print(f"\nthree replicas after {seconds:.0f} s; {measured.get('currentMetrics')}; {seen}")
