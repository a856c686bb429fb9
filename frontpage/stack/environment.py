"""Environment variables of the parts: Airflow is set up by these alone, no file is edited."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from frontpage.core.database.url import DatabaseUrl
from frontpage.core.telemetry import QUIET
from frontpage.stack.layout import ROOT, Layout, Ports

if TYPE_CHECKING:
    from collections.abc import Mapping

USER = "admin"


@dataclass(frozen=True, slots=True)
class AirflowSecrets:
    """Made once per installation, kept in a file only the owner reads."""

    fernet_key: str
    jwt_secret: str
    session_secret: str
    password: str


def airflow_secrets(layout: Layout) -> AirflowSecrets:
    """The installation's secrets, made on the first call; the password file for Airflow's log-in beside them."""
    path = layout.airflow / "secrets.json"
    if not path.exists():
        layout.airflow.mkdir(parents=True, exist_ok=True)
        made = AirflowSecrets(
            fernet_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            jwt_secret=secrets.token_urlsafe(48),
            session_secret=secrets.token_urlsafe(32),
            password=secrets.token_urlsafe(12),
        )
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(made)))
    loaded = AirflowSecrets(**json.loads(path.read_text()))
    passwords = layout.airflow / "passwords.json"
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({USER: loaded.password}))
    return loaded


def verb_environment(
    base: Mapping[str, str], layout: Layout, ports: Ports, clock: str = "", sources: str = ""
) -> dict[str, str]:
    """What every `frontpage` verb is given.

    sources: what extract pulls, by default the newsroom below the home.
    clock: ISO 8601 time that API and digest take as now; empty for the real one.
    """
    return {
        **base,
        **QUIET,
        "FRONTPAGE_HOME": str(layout.home),
        "FRONTPAGE_SOURCES": sources or str(layout.newsroom),
        "FRONTPAGE_PARAMS_FILE": str(Path(base.get("FRONTPAGE_PARAMS_FILE", ROOT / "params.yaml")).absolute()),
        "FRONTPAGE_SMTP_URL": f"smtp://127.0.0.1:{ports.mail}",
        "FRONTPAGE_PUBLIC_URL": f"http://127.0.0.1:{ports.api}",
        **({"FRONTPAGE_CLOCK": clock} if clock else {}),
    }


def airflow_environment(layout: Layout, ports: Ports, database_url: str, *, scheduled: bool) -> dict[str, str]:
    """Airflow's own variables.

    database_url: libpq URL of the database `airflow`.
    scheduled: False for historic data: only runs that somebody asks for.
    """
    made = airflow_secrets(layout)
    url = f"http://127.0.0.1:{ports.airflow}"
    options = {
        "core__dags_folder": str(ROOT / "dags"),
        "core__executor": "LocalExecutor",
        # Each workflow runs one task at a time, so a refresh always finds a free slot beside retrain and digest.
        "core__parallelism": "4",
        "core__load_examples": "False",
        "core__dags_are_paused_at_creation": "False",
        "core__fernet_key": made.fernet_key,
        "core__execution_api_server_url": f"{url}/execution/",
        "core__auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "core__simple_auth_manager_users": f"{USER}:admin",
        "core__simple_auth_manager_passwords_file": str(layout.airflow / "passwords.json"),
        "database__sql_alchemy_conn": DatabaseUrl.parse(database_url).sqlalchemy(),
        "database__sql_alchemy_conn_async": DatabaseUrl.parse(database_url).sqlalchemy_async(),
        "api__host": "127.0.0.1",
        "api__port": str(ports.airflow),
        "api__base_url": url,
        "api__workers": "1",
        "api__secret_key": made.session_secret,
        "api__instance_name": "Frontpage",
        "api_auth__jwt_secret": made.jwt_secret,
        # The first answer to a task takes longer than the default five seconds on a machine that trains.
        "workers__execution_api_timeout": "30",
        "scheduler__use_job_schedule": str(scheduled),
        # A task whose process is gone is found within a minute, not five.
        "scheduler__task_instance_heartbeat_timeout": "60",
        "logging__base_log_folder": str(layout.airflow / "logs"),
        "logging__dag_processor_child_process_log_directory": str(layout.airflow / "logs" / "dag_processor"),
        "logging__colored_console_log": "False",
        "logging__namespace_levels": "http.access=WARNING",
    }
    variables = {f"AIRFLOW__{name.upper()}": value for name, value in options.items()}
    return {"AIRFLOW_HOME": str(layout.airflow), **variables}


def telemetry_environment(base: Mapping[str, str]) -> dict[str, str]:
    """Airflow's own metrics and traces, where OpenTelemetry's variables ask for them.

    Metrics go to `frontpage exporter`, unless another address is given; one that is away costs a task two seconds.
    """
    traces = {"AIRFLOW__TRACES__OTEL_ON": "True"} if _is_exported(base, "TRACES") else {}
    if not _is_exported(base, "METRICS"):
        return traces
    options = {
        "EXPORTER_OTLP_METRICS_ENDPOINT": "http://127.0.0.1:9400/v1/metrics",
        "EXPORTER_OTLP_METRICS_PROTOCOL": "http/protobuf",
        "EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta",
        "EXPORTER_OTLP_METRICS_TIMEOUT": "2",
        "METRIC_EXPORT_INTERVAL": "30000",
    }
    given = {f"OTEL_{name}": base.get(f"OTEL_{name}", value) for name, value in options.items()}
    return {**traces, "AIRFLOW__METRICS__OTEL_ON": "True", **given}


def _is_exported(base: Mapping[str, str], what: str) -> bool:
    return (base.get(f"OTEL_{what}_EXPORTER") or "none") != "none"


def mlflow_environment(layout: Layout, database_url: str) -> dict[str, str]:
    """MLflow's own variables; its database is named here and not in the command, which every user of a machine sees.

    database_url: of the database that MLflow's client writes to.
    """
    return {
        "MLFLOW_BACKEND_STORE_URI": database_url.replace("postgresql://", "postgresql+psycopg2://", 1),
        "MLFLOW_DEFAULT_ARTIFACT_ROOT": layout.mlflow.as_uri(),
        # Two further processes that run scheduled evaluations, which we have none of.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
