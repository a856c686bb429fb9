"""Workflows and manifests keep the rules of this house: pinned, least rights, limits, nobody special."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.release import overlay as release_overlay

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = ("test", "staging", "production")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
KUBERNETES = "1.34"
DIGEST = "sha256:" + "0123456789abcdef" * 4
#: Kinds of the Prometheus Operator, for which there is no schema here.
FOREIGN = "monitoring.coreos.com/v1"


@cache
def manifests(overlay: str) -> list[dict[str, Any]]:
    """All objects of an overlay, as `kubectl kustomize` makes them."""
    if shutil.which("kubectl") is None:
        pytest.skip("there is no kubectl, which renders the overlays")
    folder = ROOT / "deploy" / "k8s" / "overlays" / overlay
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def pods(overlay: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and specification of each pod that an overlay would start."""
    for one in manifests(overlay):
        spec = one.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield f"{one['kind']}/{one['metadata']['name']}", spec["template"]["spec"]


def containers(overlay: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, pod in pods(overlay):
        for container in [*pod.get("initContainers", []), *pod["containers"]]:
            yield f"{name}/{container['name']}", container


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_manifests_fit_the_schemas(overlay: str):
    """Strictly: a field that Kubernetes does not know is a misspelt one."""
    for one in manifests(overlay):
        if one["apiVersion"] != FOREIGN:
            kubernetes_validate.validate(one, KUBERNETES, strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_are_nobody_special(overlay: str):
    """What Pod Security `restricted` asks for, a read-only root, limits, and no token of Kubernetes."""
    for name, pod in pods(overlay):
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True, name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
    for name, container in containers(overlay):
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False, name
        assert context["capabilities"] == {"drop": ["ALL"]}, name
        assert context.get("readOnlyRootFilesystem") is True or "postgres" in name, name
        assert {"cpu", "memory"} <= container["resources"]["limits"].keys(), name
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_all_of_it_fits_the_budget(overlay: str):
    """What the pods that stay ask for is within the quota, with room for one more of each during an update."""
    quota = next(one for one in manifests(overlay) if one["kind"] == "ResourceQuota")["spec"]["hard"]
    asked = 0.0
    for one in manifests(overlay):
        if one["kind"] in ("Deployment", "StatefulSet"):
            each = sum(
                _cores(box["resources"]["requests"]["cpu"]) for box in one["spec"]["template"]["spec"]["containers"]
            )
            asked += each * (one["spec"]["replicas"] + 1)
    assert asked < _cores(quota["requests.cpu"])


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_is_open_that_no_policy_names(overlay: str):
    """There is a policy that lets nothing through, and the gateway alone is open to everybody."""
    policies = {one["metadata"]["name"]: one["spec"] for one in manifests(overlay) if one["kind"] == "NetworkPolicy"}
    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    open_to_all = {
        name for name, spec in policies.items() if any("from" not in rule for rule in spec.get("ingress", []))
    }
    assert open_to_all == {"gateway"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_release_is_deployed_by_digest(overlay: str, tmp_path: Path):
    """Each container, and no other way of naming it is left; PostgreSQL of `test` is not ours."""
    if shutil.which("kubectl") is None:
        pytest.skip("there is no kubectl, which renders the overlays")
    shutil.copytree(ROOT / "deploy" / "k8s", tmp_path / "deploy" / "k8s")
    listed = tmp_path / "images.txt"
    listed.write_text("".join(f"ghcr.io/o/n/{name}@{DIGEST}\n" for name in release_overlay.IMAGES))
    assert release_overlay.main(overlay, str(listed), tmp_path) == 0
    folder = tmp_path / "build" / "deploy" / overlay
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    named = set(re.findall(r"^\s+image: (\S+)$", done.stdout, re.MULTILINE))
    ours = {f"ghcr.io/o/n/{name}@{DIGEST}" for name in release_overlay.IMAGES}
    assert ours <= named
    assert all("postgres" in other for other in named - ours)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_what_uses_the_tables_waits_for_the_migrations(overlay: str):
    """deploy/release/deploy.sh applies all but some parts first: those are all that stay, but for `test`'s database."""
    text = (ROOT / "deploy" / "release" / "deploy.sh").read_text()
    later = re.search(r"app\.kubernetes\.io/name notin \(([a-z,]+)\)", text)
    assert later is not None
    stay = {
        one["metadata"]["labels"]["app.kubernetes.io/name"]
        for one in manifests(overlay)
        if one["kind"] in ("Deployment", "StatefulSet")
    }
    assert set(later[1].split(",")) == stay - {"postgres"}


def test_no_secret_stands_in_a_manifest():
    """Secrets come from elsewhere: the manifests only name them."""
    for overlay in OVERLAYS:
        assert [one for one in manifests(overlay) if one["kind"] == "Secret"] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_are_pinned_and_may_little(path: Path):
    """Actions by commit with their version beside it; rights to read; a limit of time; nothing but make."""
    text = path.read_text()
    workflow = yaml.safe_load(text)
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) and re.search(r"# v\d", rest) for name, rest in used)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            assert "run" not in step or step["run"].startswith("make "), step


def test_each_environment_waits_for_the_one_before():
    """Test by itself, staging after it, production by hand and after good runs in staging; each is asked for lists."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text())["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "test": None, "staging": "test", "staging-runs": None, "production": "staging-runs",
    }  # fmt: skip
    assert "workflow_run" in jobs["test"]["if"]
    assert "workflow_dispatch" in jobs["staging-runs"]["if"]
    for name in OVERLAYS:
        assert jobs[name]["environment"] == name
        runs = [step for step in jobs[name]["steps"] if "run" in step]
        assert [step["run"] for step in runs] == ["make deploy", "make load-test"]
        assert runs[0]["env"]["ENVIRONMENT"] == "${{ github.job }}"


def test_minutes_of_every_workflow_are_counted():
    counting = yaml.safe_load((ROOT / ".github" / "workflows" / "minutes.yml").read_text())
    names = {yaml.safe_load(path.read_text())["name"] for path in WORKFLOWS}
    assert set(counting[True]["workflow_run"]["workflows"]) == names - {"minutes"}  # YAML reads `on` as true


def test_workflows_are_what_github_understands():
    """By actionlint: expressions, contexts, permissions and the shape of the files."""
    if shutil.which("actionlint") is None:
        pytest.skip("there is no actionlint; `make actionlint` runs it by Go, as the workflow does")
    done = subprocess.run(["actionlint", *map(str, WORKFLOWS)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_only_named_jobs_may_write():
    """A comment on a pull request and a release; every other job reads the repository and no more."""
    may_write = {
        f"{path.stem}/{name}": sorted(right for right, level in job["permissions"].items() if level == "write")
        for path in WORKFLOWS
        for name, job in yaml.safe_load(path.read_text())["jobs"].items()
        if "write" in job.get("permissions", {}).values()
    }
    assert may_write == {
        "ci/comment": ["pull-requests"],
        "rules/comment": ["pull-requests"],
        "release/release": ["attestations", "contents", "id-token", "packages"],
    }


def _cores(quantity: str) -> float:
    return float(quantity.removesuffix("m")) / 1000 if quantity.endswith("m") else float(quantity)
