"""The machine's part: a Docker engine for images, and a one-node Kubernetes; only what was started here is stopped."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
FOLDER = Path(os.environ.get("KUBERNETES_FOLDER", SHARED / "kubernetes"))
BOOTSTRAP = Path(os.environ.get("DOCKER_BOOTSTRAP", SHARED / "docker" / "bootstrap.sh"))
ENGINE_STATE = Path(os.environ.get("STATE", "/var/tmp/project-docker"))
STATE = Path(os.environ.get("KUBE_STATE", "/var/tmp/project-kube"))
CACHE = Path(os.environ.get("KUBE_CACHE", "/var/tmp/project-kube-cache"))
#: Image, and which Dockerfile it is built from; the last is the release that an update goes to.
IMAGES = {
    "frontpage-pipeline:test": "pipeline", "frontpage-serving:test": "serving",
    "frontpage-gateway:test": "gateway", "frontpage-serving:next": "serving",
}  # fmt: skip
BUILD_SECONDS, START_SECONDS = 1200, 900


def skip_without_cluster() -> None:
    """Skip, saying why, where no cluster can be started within the time of a test."""
    if not (FOLDER / "up.sh").is_file():
        pytest.skip(f"there is no {FOLDER}, which starts a one-node Kubernetes; KUBERNETES_FOLDER names another")
    if os.geteuid() != 0:
        pytest.skip("a node is made of Linux namespaces, which only root may make")
    if not _is_cache_filled():
        pytest.skip(f"the cache {CACHE} is cold; {FOLDER / 'build.sh'} fills it, which takes ten minutes or more")


def _is_cache_filled() -> bool:
    """Whether the program of these very sources is built and Debian's packages are unpacked, as `build.sh` looks."""
    sources = b"".join(path.read_bytes() for path in sorted((FOLDER / "src").iterdir()))
    program = CACHE / f"kube-{hashlib.sha256(sources).hexdigest()[:12]}"
    return os.access(program, os.X_OK) and (CACHE / "debian" / ".done").is_file()


@contextmanager
def engine() -> Iterator[Mapping[str, str]]:
    """Environment in which `docker` answers; an engine started here is stopped again."""
    ours = {"DOCKER_CONFIG": str(ENGINE_STATE / "docker-config")}
    environment = {**os.environ, **(ours if (ENGINE_STATE / "docker-config").is_dir() else {})}
    if _answers(["docker", "version"], environment):
        yield environment
        return
    if not BOOTSTRAP.is_file():
        pytest.skip(f"no Docker engine answers and there is no {BOOTSTRAP} to start one")
    subprocess.run([str(BOOTSTRAP)], check=True, timeout=600)
    try:
        yield environment | ours
    finally:
        subprocess.run([str(BOOTSTRAP.with_name("stop_engine.sh"))], check=True, timeout=120)


def build(environment: Mapping[str, str]) -> None:
    """The images of this checkout; the commit that each says it is tells two releases apart."""
    for image, kind in IMAGES.items():
        command = ["docker", "build", "--quiet", "--tag", image, "--file", f"deploy/docker/{kind}.Dockerfile",
                   "--build-arg", f"CODE_COMMIT={image.split(':')[1]}", "."]  # fmt: skip
        done = subprocess.run(
            command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, timeout=BUILD_SECONDS
        )
        assert done.returncode == 0, f"{image}\n{done.stdout}\n{done.stderr}"


@contextmanager
def node(environment: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Environment in which `kubectl` reaches a cluster that has the images; one started here is taken down again."""
    inside = {**environment, "KUBECONFIG": str(STATE / "kubeconfig"), "PATH": f"{STATE / 'bin'}:{os.environ['PATH']}"}
    was_up = (STATE / "kubeconfig").is_file() and _answers(["kubectl", "get", "--raw", "/readyz"], inside)
    try:
        done = subprocess.run(
            [str(FOLDER / "up.sh"), *IMAGES, "postgres:17"],
            env=dict(environment), capture_output=True, text=True, timeout=START_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        yield inside
    finally:
        if not was_up:
            subprocess.run([str(FOLDER / "down.sh")], check=True, timeout=120)


def _answers(command: list[str], environment: Mapping[str, str]) -> bool:
    if shutil.which(command[0], path=environment["PATH"]) is None:
        return False
    return subprocess.run(command, env=dict(environment), capture_output=True, timeout=30).returncode == 0
