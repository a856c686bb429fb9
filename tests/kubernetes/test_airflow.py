"""Airflow in the cluster: all parts healthy, and a workflow run by it, in the scheduler's container."""

import time

import pytest

from tests.kubernetes.conftest import Edition
from tests.kubernetes.kubernetes import NAMESPACE, Kubernetes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]
LAST = "publish"


def test_airflow_refreshes_in_the_cluster(cluster: Kubernetes, edition: Edition):
    """`refresh_hourly` about the same moment, up to `publish`: the lists are those that the pod made."""
    airflow = ["-n", NAMESPACE, "scale", "statefulset/airflow"]
    began = time.monotonic()
    cluster.kubectl(*airflow, "--replicas=1")
    try:
        cluster.rolled_out("statefulset/airflow", seconds=500)
        ready = time.monotonic() - began
        asked = (cluster.secrets["admin"], "refresh_hourly", edition.as_of, LAST)
        found = cluster.run_inside("airflow-0 --container api", "workflow.py", *asked, timeout=1100)
    finally:
        cluster.kubectl(*airflow, "--replicas=0")
    print(f"\nparts ready after {ready:.0f} s, published after {time.monotonic() - began:.0f} s: {found}")
    assert found["tasks"][LAST] == "success"
    made = "select checksum from rec_run where checksum is not null order by run_id desc limit 1"
    assert cluster.sql(made) == edition.checksum
