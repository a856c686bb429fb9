"""The overlay `test` in a cluster: its secrets, its start, and its end."""

import base64
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.kubernetes.kubernetes import NAMESPACE, Kubernetes, namespace, pod
from tests.kubernetes.machine import ROOT

K8S = ROOT / "deploy" / "k8s"
PARTS = ("migrator", "pipeline", "api", "digest", "backup", "airflow", "postgres")
_GUESTS = ("visitors", "monitoring")


def made_secrets() -> dict[str, str]:
    """A password of each part, and keys, all new."""
    passwords = {part: secrets.token_hex(24) for part in PARTS}
    fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return passwords | {
        "pseudonyms": secrets.token_hex(32), "key": secrets.token_hex(24), "seal": secrets.token_hex(32),
        "fernet": fernet, "admin": secrets.token_urlsafe(16),
    }  # fmt: skip


def secret_objects(made: dict[str, str]) -> list[dict[str, Any]]:
    """All that docs/kubernetes.md names."""

    def url(role: str, part: str, database: str = NAMESPACE, scheme: str = "postgresql") -> str:
        return f"{scheme}://{role}:{made[part]}@postgres:5432/{database}"

    pseudonyms = {"FRONTPAGE_PSEUDONYM_SECRET": made["pseudonyms"]}
    digest = {"FRONTPAGE_DIGEST_DATABASE_URL": url("frontpage_digest", "digest")}
    contents = {
        "postgres": {"POSTGRES_PASSWORD": made["postgres"], **{f"{p.upper()}_PASSWORD": made[p] for p in PARTS[:-1]}},
        "migrator": {"FRONTPAGE_DATABASE_URL": url("frontpage_migrator", "migrator"), **pseudonyms},
        "pipeline": {"FRONTPAGE_DATABASE_URL": url("frontpage_pipeline", "pipeline"), **pseudonyms, **digest},
        "api": {
            "FRONTPAGE_DATABASE_URL": url("frontpage_api", "api"), **pseudonyms, "FRONTPAGE_API_KEYS": made["key"],
        },
        "backup": {
            "FRONTPAGE_DATABASE_URL": url("frontpage_backup", "backup"), **pseudonyms,
            "FRONTPAGE_BACKUPS": "/backups", "FRONTPAGE_BACKUP_KEY_FILE": "/run/secrets/backup/backup.key",
        },
        "backup-key": {"backup.key": made["seal"]},
        "gateway": {"keys": f"app read,events {made['key']}\n"},
        "airflow": {
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url("airflow", "airflow", "airflow", "postgresql+psycopg2"),
            "AIRFLOW__CORE__FERNET_KEY": made["fernet"], "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
        },
        "airflow-passwords": {
            "passwords.json": json.dumps({"admin": made["admin"], "operator": made["seal"], "viewer": made["fernet"]})
        },
    }  # fmt: skip
    return [
        {"apiVersion": "v1", "kind": "Secret", "stringData": values,
         "metadata": {"name": f"frontpage-{name}", "namespace": NAMESPACE}}
        for name, values in contents.items()
    ]  # fmt: skip


@contextmanager
def installed(cluster: Kubernetes) -> Iterator[None]:
    """The overlay and its guests until the end of the block: migrated, and every replica ready."""
    cluster.kubectl("apply", "--filename", str(K8S / "base" / "namespace.yaml"))
    try:
        cluster.apply(*map(namespace, _GUESTS), *secret_objects(dict(cluster.secrets)))
        cluster.kubectl("apply", "--kustomize", str(K8S / "overlays" / "test"))
        cluster.rolled_out("statefulset/postgres")
        wait = ["wait", "--for=condition=Complete", "job/migrations", "--timeout=400s"]
        cluster.kubectl("-n", NAMESPACE, *wait, timeout=430)
        # Those that met no tables would wait longer and longer before they look again.
        cluster.kubectl("-n", NAMESPACE, "rollout", "restart", "deployment/api")
        cluster.rolled_out("deployment/api", "deployment/gateway")
        for name, place in (("visitor", "visitors"), ("visitor", "monitoring"), ("stray", NAMESPACE)):
            cluster.apply(pod(name, place))
            cluster.kubectl("-n", place, "wait", "--for=condition=Ready", f"pod/{name}", "--timeout=90s")
        yield
    finally:
        gone = ["--ignore-not-found", "--timeout=120s"]
        cluster.kubectl("delete", "namespace", NAMESPACE, *_GUESTS, *gone, check=False, timeout=180)
        classes = [f"frontpage-{name}" for name in ("serving", "refresh", "batch")]
        cluster.kubectl("delete", "priorityclass", *classes, *gone, check=False, timeout=180)
