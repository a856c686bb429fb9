"""What the API server lets in: restricted pods within the budget, and every object of staging and production."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.kubernetes.installation import K8S
from tests.kubernetes.kubernetes import NAMESPACE, Kubernetes, namespace, pod

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]
#: Kinds of the Prometheus Operator, which is not in this cluster.
FOREIGN = "monitoring.coreos.com/v1"
DRY = "dry-run"
LOOSE = {
    "privileged": {"container": {"securityContext": {"privileged": True}}},
    "as root": {"securityContext": {"runAsUser": 0, "seccompProfile": {"type": "RuntimeDefault"}}},
    "in the node's network": {"hostNetwork": True},
    "with the node's files": {"volumes": [{"name": "tmp", "hostPath": {"path": "/"}}]},
    "with every system call": {"securityContext": {"runAsNonRoot": True, "runAsUser": 10001}},
}


def of_memory(quantity: str) -> dict[str, Any]:
    """A container that asks for so much."""
    sizes = {"cpu": "20m", "memory": quantity}
    return {"resources": {"requests": sizes, "limits": sizes}}


@pytest.mark.parametrize("how", LOOSE)
def test_a_pod_that_may_more_is_refused(cluster: Kubernetes, how: str):
    """Pod Security `restricted` is enforced."""
    said = cluster.apply(pod("loose", NAMESPACE, **LOOSE[how]), check=False)
    assert 'violates PodSecurity "restricted' in said
    print(f"\n{how}: {said.strip().splitlines()[-1][-160:]}")


@pytest.mark.parametrize(
    ("memory", "reason"), [("9Gi", "exceeded quota: budget"), ("20Gi", "maximum memory usage per Container is 16Gi")]
)
def test_what_the_budget_does_not_hold_is_refused(cluster: Kubernetes, memory: str, reason: str):
    """The quota of the whole system, and the largest container."""
    said = cluster.apply(pod("large", NAMESPACE, container=of_memory(memory)), check=False)
    assert reason in said
    print(f"\n{memory}: {said.strip().splitlines()[-1][-200:]}")


def test_a_pod_of_ours_is_nobody_special(cluster: Kubernetes):
    """Seen from within: user 10001, nothing to write but /tmp, no token of Kubernetes."""
    for workload in ("deployment/api", "deployment/gateway"):
        inside = ["-n", NAMESPACE, "exec", workload, "--"]
        assert cluster.kubectl(*inside, "id", "-u").stdout.strip() == "10001"
        assert "Read-only file system" in cluster.kubectl(*inside, "touch", "/opt/mine", check=False).stderr
        assert cluster.kubectl(*inside, "ls", "/var/run/secrets/kubernetes.io", check=False).returncode != 0


@pytest.fixture(scope="module")
def empty(cluster: Kubernetes) -> Iterator[None]:
    """A namespace as strict as ours, with our accounts and nothing else."""
    cluster.apply(namespace(DRY))
    accounts = yaml.safe_load_all((K8S / "base" / "accounts.yaml").read_text())
    cluster.apply(*(moved(one) for one in accounts))
    yield
    cluster.kubectl("delete", "namespace", DRY, timeout=120)


@pytest.mark.parametrize("overlay", ["staging", "production"])
def test_the_api_server_takes_each_overlay(cluster: Kubernetes, overlay: str, empty: None):
    """By server-side dry run, all its kinds; and each pod that it would start, as Pod Security sees it."""
    rendered = cluster.kubectl("kustomize", str(K8S / "overlays" / overlay)).stdout
    objects = [moved(one) for one in yaml.safe_load_all(rendered) if one["apiVersion"] != FOREIGN]
    pods = list(pods_of(objects))
    said = cluster.apply(*objects, *pods, options=["--dry-run=server"])
    assert said.count("(server dry run)") == len(objects) + len(pods)
    print(f"\n{overlay}: {len(objects)} objects and {len(pods)} pods taken; kinds of {FOREIGN} left out")


def moved(one: dict[str, Any]) -> dict[str, Any]:
    """The object in the namespace for dry runs, where it is of a namespace."""
    if one["kind"] == "Namespace":
        return namespace(DRY)
    return {**one, "metadata": {**one["metadata"], "namespace": DRY}} if one["kind"] != "PriorityClass" else one


def pods_of(objects: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The pod that each workload would start."""
    for one in objects:
        spec = one.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if template:
            named = {"name": f"{one['kind'].lower()}-{one['metadata']['name']}", "namespace": DRY}
            claims = [claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", [])]
            claimed = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in claims]
            volumes = [*template["spec"].get("volumes", []), *claimed]
            alone = {"restartPolicy": "Never", **template["spec"], "volumes": volumes}
            yield {"apiVersion": "v1", "kind": "Pod", "metadata": {**template["metadata"], **named}, "spec": alone}
