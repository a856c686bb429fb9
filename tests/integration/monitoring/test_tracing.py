"""Traces: a request with its statements and a verb with its stages, below whoever called; nothing at all where off."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from frontpage.cli.calling import past, step
from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.core.settings import Settings
from frontpage.core.tracing.provider import is_on
from frontpage.core.tracing.recorder import MAX_STATEMENTS, Recorder
from frontpage.store.connect import connect, fetch_all
from tests.integration.serving_client import path, running
from tests.integration.serving_world import World
from tests.support.collector import collector

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{CALLER}-01"
BLOCKS = {"extract": {"block of articles", "block of readers", "block of reads"}, "score": {"block of readers"}}
NOT_SAMPLED = f"00-{TRACE}-{CALLER}-00"


@pytest.fixture
def verbs(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of a verb of this installation, called from within a trace."""
    (settings.home / "logs").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    for name, value in (("HOME", settings.home), ("DATABASE_URL", settings.database_url)):
        monkeypatch.setenv(f"FRONTPAGE_{name}", str(value))
    monkeypatch.setenv("TRACEPARENT", PARENT)
    return monkeypatch


def spans(file: Path) -> list[dict]:
    """As they were written, each with a bare `id` and `parent`."""
    read = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [
        {**each, "id": each["context"]["span_id"][2:], "parent": (each["parent_id"] or "")[2:]}
        for each in read
    ]  # fmt: skip


async def ask(settings: Settings, file: Path, parent: str) -> None:
    """One request for a reader's list, of an API that was started and stopped for it."""
    traced = settings.model_copy(update={"traces_file": str(file), "clock": "2026-03-01T11:00:00Z"})
    with connect(settings.database_url) as connection:
        world = World(connection, settings)
        world.articles(["a1", "g1"])
        world.reader("ann")
        world.publish({"ann": ["a1"]}, {("global", ""): ["g1"]})
    async with running(traced) as client:
        answer = await client.get(path("ann"), headers={"traceparent": parent, "x-request-id": "r-1"})
        assert answer.status_code == 200


async def test_a_request_and_its_statement_are_below_the_caller(settings: Settings, tmp_path: Path, capfd):
    """API span under the caller's span, database span under the API's; the log line has the trace's id."""
    await ask(settings, tmp_path / "spans.jsonl", PARENT)
    found = spans(tmp_path / "spans.jsonl")
    assert {span["context"]["trace_id"] for span in found} == {f"0x{TRACE}"}
    (api,) = [span for span in found if span["kind"] == "SpanKind.SERVER"]
    assert api["parent"] == CALLER
    assert api["name"] == "GET /v1/readers/{reader_id}/recommendations"
    assert api["attributes"]["http.response.status_code"] == 200
    assert api["attributes"]["http.request.id"] == "r-1"
    statements = [span for span in found if span["kind"] == "SpanKind.CLIENT"]
    assert statements
    assert {span["parent"] for span in statements} == {api["id"]}
    assert all(span["attributes"]["db.system.name"] == "postgresql" for span in statements)
    assert "ann" not in [value for span in found for value in span["attributes"].values()]
    line = next(line for line in capfd.readouterr().out.splitlines() if '"r-1"' in line)
    assert json.loads(line)["trace.id"] == TRACE


async def test_what_the_caller_leaves_out_is_left_out(settings: Settings, tmp_path: Path):
    """A trace that its beginner did not sample has no spans here, neither of the request nor of its statements."""
    await ask(settings, tmp_path / "spans.jsonl", NOT_SAMPLED)
    assert spans(tmp_path / "spans.jsonl") == []


def test_a_verb_and_its_stages_are_below_the_caller(settings: Settings, verbs, tmp_path: Path):
    """`purge` under the span that TRACEPARENT names, its stage `tables` under it; its log line has the trace's id."""
    verbs.setenv("FRONTPAGE_TRACES_FILE", str(tmp_path / "spans.jsonl"))
    step("purge", past("2026-03-01T10:00:00Z"))
    written = spans(tmp_path / "spans.jsonl")
    found = {span["name"]: span for span in written if span["kind"] == "SpanKind.INTERNAL"}
    verb = found.pop("frontpage purge")
    assert (verb["context"]["trace_id"], verb["parent"]) == (f"0x{TRACE}", CALLER)
    assert {name: span["parent"] for name, span in found.items()} == {"tables": verb["id"]}
    statements = [span for span in written if span["kind"] == "SpanKind.CLIENT"]
    assert statements
    assert {span["parent"] for span in statements} == {verb["id"]}
    line = json.loads((settings.home / "logs" / "steps.log").read_text())
    assert (line["trace.id"], line["frontpage.execution_id"]) == (TRACE, verb["attributes"]["frontpage.execution_id"])


@pytest.mark.slow
def test_blocks_of_a_verb_and_what_each_says_to_the_database(settings: Settings, verbs, tmp_path: Path):
    """A span for each block of rows or readers, from whichever thread, with its statements below it; none for a row."""
    world, at = tmp_path / "newsroom", past("2026-03-03T12:00:00Z")
    step("simulate", n_readers=20, n_days=2, articles_per_day=30, seed=3, until=at, out=world)
    for verb, sources in (("extract", {"sources": [str(world)]}), ("score", {})):
        file = tmp_path / f"{verb}.jsonl"
        verbs.setenv("FRONTPAGE_TRACES_FILE", str(file))
        step(verb, at, **sources)
        written = spans(file)
        assert {span["context"]["trace_id"] for span in written} == {f"0x{TRACE}"}
        (top,) = [span for span in written if span["name"] == f"frontpage {verb}"]
        assert top["parent"] == CALLER
        blocks = [span for span in written if span["name"].startswith("block of ")]
        assert {span["name"] for span in blocks} == BLOCKS[verb]
        assert {span["parent"] for span in blocks} == {top["id"]}
        below = [span for span in written if span["parent"] in {block["id"] for block in blocks}]
        assert {"SpanKind.CLIENT", "SpanKind.INTERNAL"} >= {span["kind"] for span in below} != set()
        with connect(settings.database_url) as connection:
            readers = {row["reader_id"] for row in fetch_all(connection, "select reader_id from reader")}
        assert len(readers) == 20
        assert not readers & set(re.findall(r"[\w-]+", file.read_text()))
        assert len(written) < MAX_STATEMENTS


def test_statements_of_a_verb_are_bounded():
    """What waits to be sent must fit the queue: the first thousand are shown."""
    shown = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(shown))
    tracer = provider.get_tracer("test")
    recorder = Recorder(tracer, tracer.start_span("verb"))
    for _ in range(MAX_STATEMENTS + 5):
        with recorder.statement("-- What it is for.\nselect 1"):
            pass
    assert Counter(span.name for span in shown.get_finished_spans()) == {"What it is for": MAX_STATEMENTS}


def test_a_verb_that_fails_is_an_error_without_its_words(verbs, tmp_path: Path):
    """The name of the error is kept, its sentence is not."""
    verbs.setenv("FRONTPAGE_TRACES_FILE", str(tmp_path / "spans.jsonl"))
    with pytest.raises(NothingPublishedError):
        step("why", "nobody-of-that-name")
    (verb,) = [span for span in spans(tmp_path / "spans.jsonl") if span["name"] == "frontpage why"]
    assert verb["status"] == {"status_code": "ERROR", "description": "NothingPublishedError"}
    assert "nobody-of-that-name" not in (tmp_path / "spans.jsonl").read_text()


def test_a_collector_gets_them_over_http(verbs):
    """OTLP, by OpenTelemetry's own variables."""
    with collector() as (url, sent):
        verbs.setenv("OTEL_TRACES_EXPORTER", "otlp_proto_http")
        verbs.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        step("purge", past("2026-03-01T10:00:00Z"))
    assert {"frontpage purge", "tables"} <= {span.name for span in sent()}


def test_off_nothing_is_imported():
    """Neither the API nor the command line loads OpenTelemetry before it is asked for."""
    code = "import sys, serving.app, frontpage.store.read.pool, frontpage.cli.calling, frontpage.core.tracing.verbs, "
    code += "frontpage.store.connect, frontpage.gateway.envoy; "
    code += "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize(
    ("file", "environ", "expected"),
    [
        ("", {}, False),
        ("", {"OTEL_TRACES_EXPORTER": "none"}, False),
        ("", {"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ("spans.jsonl", {}, True),
        ("spans.jsonl", {"OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_on_only_where_asked_for(file, environ, expected):
    """By the file or the standard variables."""
    assert is_on(file, environ) == expected


def test_another_exporter_is_refused():
    """One sentence that says which there are."""
    with pytest.raises(BadInputError, match="otlp_proto_http"):
        is_on("", {"OTEL_TRACES_EXPORTER": "jaeger"})
