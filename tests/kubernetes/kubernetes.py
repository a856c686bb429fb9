"""What the tests ask of a cluster, through `kubectl` as a person would."""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMESPACE = "frontpage"
INSIDE = Path(__file__).parent / "inside"
LOAD = Path(__file__).parents[2] / "gates" / "load.py"
_LOCKED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


@dataclass(frozen=True)
class Ended:
    """How a job's pod ended. words: its last, as `kubectl describe` shows them."""

    succeeded: bool
    exit_code: int
    words: str
    log: str
    seconds: float


@dataclass(frozen=True)
class Kubernetes:
    """A running cluster; `secrets` are those of this installation, by what they are for."""

    environment: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)

    def kubectl(
        self, *arguments: str, given: str = "", check: bool = True, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run it; its output goes to the test's on failure."""
        done = subprocess.run(
            ["kubectl", *arguments],
            env=dict(self.environment), input=given, capture_output=True, text=True, timeout=timeout,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"kubectl {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done

    def get(self, *what: str, namespace: str = NAMESPACE) -> dict[str, Any]:
        """One object, or a list of them under `items`."""
        return dict(json.loads(self.kubectl("-n", namespace, "get", *what, "--output", "json").stdout))

    def apply(self, *objects: Mapping[str, Any], options: Sequence[str] = (), check: bool = True) -> str:
        """Apply the objects; what the API server said of them."""
        listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        done = self.kubectl("apply", *options, "--filename", "-", given=listed, check=check)
        return done.stdout + done.stderr

    def run_inside(
        self, pod: str, script: str, *arguments: str, namespace: str = NAMESPACE, timeout: float = 120
    ) -> Any:
        """What a script of `inside/` prints as JSON when Python runs it in that pod."""
        command = ["-n", namespace, "exec", "--stdin", *pod.split(), "--", "python", "-", *arguments]
        return json.loads(self.kubectl(*command, given=(INSIDE / script).read_text(), timeout=timeout).stdout)

    def sql(self, statement: str) -> str:
        """The answer of the stand-in's PostgreSQL, unaligned."""
        psql = ["psql", "-h", "/run/postgresql", "-U", "postgres", "-d", "frontpage", "-Atc", statement]
        return self.kubectl("-n", NAMESPACE, "exec", "postgres-0", "--", *psql).stdout.strip()

    def rolled_out(self, *workloads: str, seconds: int = 300) -> None:
        """Wait until all replicas of the newest version are ready."""
        for workload in workloads:
            self.kubectl("-n", NAMESPACE, "rollout", "status", workload, f"--timeout={seconds}s", timeout=seconds + 30)

    def job(
        self, name: str, cron: str, command: Sequence[str] = (), memory: str = "", seconds: float = 600, **given: str
    ) -> Ended:
        """Run a cron job's pod once, now. command, memory: other than its own; given: further variables."""
        create = ["-n", NAMESPACE, "create", "job", name, f"--from=cronjob/{cron}", "--dry-run=client", "-o", "json"]
        made = json.loads(self.kubectl(*create).stdout)
        made["spec"]["backoffLimit"] = 0
        container = made["spec"]["template"]["spec"]["containers"][0]
        container["env"] = [*container.get("env", []), *({"name": k, "value": v} for k, v in given.items())]
        container["command"] = list(command) or container["command"]
        if memory:
            container["resources"] = {"requests": {"cpu": "100m", "memory": memory}, "limits": {"memory": memory}}
        self.apply(made)
        return self._ended(name, seconds)

    def _ended(self, name: str, seconds: float) -> Ended:
        began = time.monotonic()
        while not (ends := {"Complete", "Failed"} & set(self._conditions(name))):
            assert time.monotonic() < began + seconds, self.kubectl("-n", NAMESPACE, "describe", "job", name).stdout
            time.sleep(2)
        pod = self.get("pods", "--selector", f"job-name={name}")["items"][-1]
        last = pod["status"]["containerStatuses"][0]["state"]["terminated"]
        log = self.kubectl("-n", NAMESPACE, "logs", pod["metadata"]["name"]).stdout
        return Ended("Complete" in ends, last["exitCode"], last.get("message", ""), log, time.monotonic() - began)

    def _conditions(self, name: str) -> list[str]:
        conditions = self.get("job", name)["status"].get("conditions", [])
        return [one["type"] for one in conditions if one["status"] == "True"]

    @contextmanager
    def load(self, per_second: int, readers: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Requests for lists through the gateway from another namespace, until the block ends; then the figures."""
        figures: dict[str, Any] = {}
        stop = f"/tmp/stop-{time.monotonic_ns()}"
        visitor = ["kubectl", "-n", "visitors", "exec", "--stdin", "visitor", "--"]
        url = f"http://gateway.{NAMESPACE}.svc.cluster.local"
        key = f"LOAD_KEY={self.secrets['key']}"
        asked = [*visitor, "env", key, "python", "-", *load_of(url, per_second, stop, readers)]
        running = subprocess.Popen(
            asked, env=dict(self.environment), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            assert running.stdin is not None
            running.stdin.write(LOAD.read_text())
            running.stdin.close()
            running.stdin = None
            time.sleep(3)  # requests of before are part of what is measured
            yield figures
        finally:
            self.kubectl(*visitor[1:], "touch", stop)
            figures.update(json.loads(running.communicate(timeout=60)[0]))


def load_of(url: str, per_second: int, stop: str, readers: Sequence[str]) -> list[str]:
    """Arguments of gates/load.py: load until somebody makes the file `stop`."""
    return ["--per-second", str(per_second), "--seconds", "600", "--until", stop, "--", url, *readers]


def until(is_so: Any, seconds: float = 60) -> float:
    """Wait for it, looking once a second; the seconds that took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() < began + seconds, "waited in vain"
        time.sleep(1)
    return time.monotonic() - began


def pod(name: str, namespace: str, **changes: Any) -> dict[str, Any]:
    """A small pod that Pod Security `restricted` takes, waiting to be told what to run; `changes` are to its spec."""
    container = {
        "name": "main", "image": "frontpage-serving:test", "command": ["sleep", "infinity"],
        "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}},
        "securityContext": _LOCKED, "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }  # fmt: skip
    spec = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 1,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container | changes.pop("container", {})],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec | changes,
    }


def namespace(name: str) -> dict[str, Any]:
    """A namespace as strict as ours."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
