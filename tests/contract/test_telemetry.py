"""No library phones home: each is imported and used in a process that notes every outside connection.

An audit hook writes down and refuses a look-up of a foreign name or a connection to a foreign address; a proxy that
refuses everything notes what children ask for that leave the hook behind (DVC reports from such a child).
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from frontpage.core.telemetry import QUIET

pytestmark = pytest.mark.slow

#: Found by Python at its start through PYTHONPATH, in each child too.
WATCH = """
import os, sys
HOME = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "", None)

def note(where):
    with open(os.environ["OUTSIDE_LOG"], "a") as log:
        log.write(f"{os.environ.get('LIBRARY')}: {where}\\n")
    raise ConnectionRefusedError(f"outside connections are shut: {where}")

def watch(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][0] not in HOME:
        note(arguments[1][0])
    if event == "socket.getaddrinfo" and arguments[0] not in (*HOME, os.uname().nodename):
        note(arguments[0])

sys.addaudithook(watch)
"""

#: What each library does for us, in a few lines; `.` is an empty folder.
USES = {
    "mlflow": """
from mlflow.tracking import MlflowClient
client = MlflowClient(tracking_uri="sqlite:///mlflow.db")
run = client.create_run(client.create_experiment("telemetry", artifact_location="file:./artifacts"))
client.log_metric(run.info.run_id, "x", 1.0)
client.set_terminated(run.info.run_id)
""",
    "neptune": """
from datetime import UTC, datetime
from pathlib import Path
from frontpage.core.settings import Settings
from frontpage.lifecycle.neptune_tracker import NeptuneTracker
from frontpage.lifecycle.records import TrainingRecord
record = TrainingRecord("20260301T0000-aaaaaaaa", datetime(2026, 3, 1, tzinfo=UTC), "5" * 64, Path("."))
NeptuneTracker(Settings(home=Path("."))).track(record)
""",
    "great_expectations": """
import great_expectations as gx, pandas as pd
context = gx.get_context(mode="ephemeral")
asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
batch = asset.add_batch_definition_whole_dataframe("b").get_batch({"dataframe": pd.DataFrame({"x": [1]})})
assert batch.validate(gx.expectations.ExpectColumnValuesToNotBeNull(column="x")).success
""",
    "dvc": """
import subprocess, sys
from pathlib import Path
Path("data.txt").write_text("x")
for arguments in (["init", "--no-scm", "-q"], ["add", "-q", "data.txt"], ["status"]):
    subprocess.run([sys.executable, "-m", "dvc", *arguments], check=True)
""",
    "feast": """
from feast import Entity, FeatureStore, RepoConfig
config = RepoConfig(project="p", provider="local", registry="registry.db",
                    online_store={"type": "sqlite", "path": "online.db"}, entity_key_serialization_version=3)
FeatureStore(config=config).apply([Entity(name="reader")])
""",
    "airflow": """
import os
os.environ["AIRFLOW_HOME"] = os.getcwd()
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator
with DAG("telemetry"):
    EmptyOperator(task_id="nothing")
""",
    "apache_beam": """
import apache_beam as beam
with beam.Pipeline(runner="FnApiRunner") as pipeline:
    pipeline | beam.Create([1]) | beam.Map(print)
""",
    "ranking": """
import implicit, lightgbm, shap, sklearn, numpy as np
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix
AlternatingLeastSquares(factors=2, iterations=1).fit(csr_matrix(np.eye(4)), show_progress=False)
x = np.random.default_rng(1).random((40, 2))
model = lightgbm.train({"verbose": -1, "min_data_in_leaf": 2}, lightgbm.Dataset(x, x[:, 0]), 2)
shap.TreeExplainer(model).shap_values(x)
""",
}


@contextmanager
def refusing_proxy(log: Path) -> Iterator[str]:
    """URL of a proxy that writes down what it is asked for and does nothing."""

    class Refuse(StreamRequestHandler):
        def handle(self) -> None:
            with log.open("a") as file:
                file.write(f"by proxy: {self.rfile.readline().decode(errors='replace').strip()}\n")
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Refuse) as listener:
        Thread(target=listener.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listener.server_address[1]}"
        listener.shutdown()


def outside(folder: Path, code: str, quiet: dict[str, str], patience_seconds: float) -> list[str]:
    """Every outside address that the code or its children asked for, also within a time after its end."""
    (folder / "watch").mkdir()
    (folder / "watch" / "sitecustomize.py").write_text(WATCH)
    (folder / "work").mkdir()
    log = folder / "outside.log"
    # Some libraries are silent where they smell a test or a build server; ours is a user's machine.
    hidden = {"CI", "PYTEST_CURRENT_TEST", "PYTEST_VERSION", "GITHUB_ACTIONS", *QUIET}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    root = Path(__file__).resolve().parents[2]
    environment |= {"PYTHONPATH": f"{folder / 'watch'}{os.pathsep}{root}", "OUTSIDE_LOG": str(log), "HOME": str(folder)}
    with refusing_proxy(log) as proxy:
        environment |= {"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, **quiet}
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder / "work",
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        until = time.monotonic() + patience_seconds
        while not log.exists() and time.monotonic() < until:
            time.sleep(0.1)
    return log.read_text().splitlines() if log.exists() else []


def test_no_library_asks_for_an_outside_address(tmp_path: Path):
    """With the variables of core.telemetry, using all of them one after the other asks for no outside address."""
    parts = [f"import os; os.environ['LIBRARY'] = {library!r}\n{code}" for library, code in USES.items()]
    assert outside(tmp_path, "\n".join(parts), QUIET, patience_seconds=2) == []


def test_the_watch_sees_what_would_go_out(tmp_path: Path):
    """Without the variables DVC's child reports to its collector; a plain look-up is seen too."""
    code = "import socket, subprocess, sys\n"
    code += "try: socket.getaddrinfo('collector.example', 443)\nexcept ConnectionRefusedError: pass\n"
    code += "subprocess.run([sys.executable, '-m', 'dvc', 'init', '--no-scm', '-q'], check=True)\n"
    code += "import time; time.sleep(5)"
    seen = outside(tmp_path, code, {}, patience_seconds=0)
    assert any("collector.example" in line for line in seen)
    assert any("analytics.dvc.org" in line for line in seen)
