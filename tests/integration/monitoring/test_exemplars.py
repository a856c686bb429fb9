"""From a bucket of the latency histogram to a trace: in OpenMetrics, of all workers, only where traces are on."""

import json
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry, Histogram

from frontpage.core.settings import Settings
from frontpage.monitoring.processes import Places, commands
from serving.http.telemetry.exemplars import MEDIA_TYPE, NAME, Exemplars, forget_worker
from tests.integration.monitoring.conftest import prometheus
from tests.support.api import api, until

TRACES = [f"{n:032x}" for n in range(1, 9)]
ASKING = {"accept": f"{MEDIA_TYPE},text/plain;q=0.5"}


def ask(client: httpx.Client, trace: str, flags: str) -> None:
    """One request of a trace that somebody else began."""
    client.get("/health/live", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-{flags}", "connection": "close"})


@pytest.mark.slow
def test_prometheus_has_the_traces_of_all_workers(settings: Settings, tmp_path: Path):
    """Of two workers and eight traces those that are sampled, never the others; plain text has none."""
    spans = {"FRONTPAGE_TRACES_FILE": str(tmp_path / "spans.jsonl")}
    with api(settings.database_url, tmp_path / "api.log", "--workers", "2", **spans) as running:
        client = running.client
        for n, trace in enumerate(TRACES):
            ask(client, trace, "01" if n % 2 else "00")
        until(lambda: 'trace_id="' in client.get("/metrics", headers=ASKING).text)
        page = client.get("/metrics", headers=ASKING)
        assert page.headers["content-type"] == MEDIA_TYPE
        assert page.text.endswith("# EOF\n")
        assert "trace_id" not in client.get("/metrics").text
        port = client.base_url.port
        scraping = (
            "global: {scrape_interval: 1s}\n"
            f"scrape_configs: [{{job_name: api, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]\n"
        )
        with prometheus(tmp_path, scraping, "--enable-feature=exemplar-storage") as url:
            until(lambda: exemplars(url), 60)
            found = exemplars(url)
            assert up(url) == 1
    assert found <= set(TRACES[1::2])


def exemplars(url: str) -> set[str]:
    """Traces that this Prometheus has of the last ten minutes."""
    now = time.time()
    asked = {"query": "frontpage_request_seconds_bucket", "start": now - 600, "end": now + 60}
    answer = httpx.get(f"{url}/api/v1/query_exemplars", params=asked).json()
    return {one["labels"]["trace_id"] for series in answer["data"] for one in series["exemplars"]}


def up(url: str) -> float:
    """Whether the last scrape was taken as a whole."""
    answer = httpx.get(f"{url}/api/v1/query", params={"query": 'up{job="api"}'}).json()
    return float(answer["data"]["result"][0]["value"][1])


def test_without_traces_there_is_no_openmetrics(settings: Settings, tmp_path: Path):
    """As before, whatever is asked for."""
    with api(settings.database_url, tmp_path / "api.log") as running:
        ask(running.client, TRACES[0], "01")
        page = running.client.get("/metrics", headers=ASKING)
    assert NAME not in page.headers["content-type"]
    assert "trace_id" not in page.text


def test_the_newest_of_each_bucket_whoever_had_it(tmp_path: Path):
    """Our own of 3 ms is older than another worker's; of 70 ms there is ours alone; one that is gone is forgotten."""
    registry = CollectorRegistry()
    histogram = Histogram("seconds", "Time", ["route"], registry=registry, buckets=(0.005, 0.1))
    for value in (0.003, 0.07):
        histogram.labels("/r").observe(value)
    own = Exemplars("seconds", (0.005, 0.1))
    own.add("/r", 0.003, "own")
    own.add("/r", 0.07, "slow")
    own.keep(str(tmp_path))
    (tmp_path / "exemplars_1.json").write_text(json.dumps([["/r", "0.005", "other", 0.004, time.time() + 9]]))
    assert marked(own.page(registry, str(tmp_path))) == {"0.005": "other", "0.1": "slow"}
    forget_worker(str(tmp_path), 1)
    assert marked(own.page(registry, str(tmp_path))) == {"0.005": "own", "0.1": "slow"}
    assert marked(own.page(registry, None)) == {"0.005": "own", "0.1": "slow"}


def marked(page: bytes) -> dict[str, str]:
    """Upper bound of a bucket -> its trace, as OpenMetrics' own parser reads it."""
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    samples = [sample for family in text_string_to_metric_families(page.decode()) for sample in family.samples]
    return {one.labels["le"]: one.exemplar.labels["trace_id"] for one in samples if one.exemplar}


def test_our_prometheus_keeps_them(tmp_path: Path):
    """As `make monitoring` starts it."""
    places = Places(tmp_path, 8000, 9401, "127.0.0.1:25", "")
    assert "--enable-feature=exemplar-storage" in commands(places)["prometheus"].command
