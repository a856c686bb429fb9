"""The workflows as Airflow's DAG processor reads them, with an Airflow home of the tests' own."""

import functools
import os
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def use_own_airflow_home() -> None:
    """Keep Airflow from writing into the home of whoever runs the tests; call before the first import of it."""
    os.environ.setdefault("AIRFLOW_HOME", str(Path(tempfile.gettempdir()) / f"frontpage-airflow-{os.getuid()}"))
    os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
    os.environ.setdefault("AIRFLOW__LOGGING__COLORED_CONSOLE_LOG", "False")


@functools.cache
def dag_bag() -> Any:
    """All of dags/, parsed."""
    use_own_airflow_home()
    from airflow.dag_processing.dagbag import BundleDagBag

    folder = ROOT / "dags"
    return BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
