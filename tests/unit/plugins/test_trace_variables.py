"""A task hands its place in a trace to its verb, where Airflow traces."""

from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, use_span

from tests.support.workflows import use_own_airflow_home

use_own_airflow_home()

from plugins.step_operator import StepOperator, trace_variables  # noqa: E402

TASK = NonRecordingSpan(SpanContext(0x4BF92F3577B34DA6A3CE929D0E0E4736, 0xF067AA0BA902B7, False, TraceFlags(1)))
HANDED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_the_verb_gets_the_tasks_place(tmp_path, monkeypatch):
    """As TRACEPARENT in its environment."""
    monkeypatch.setenv("AIRFLOW__TRACES__OTEL_ON", "True")
    operator = StepOperator(task_id="score")
    with use_span(TASK):
        assert trace_variables() == {"TRACEPARENT": HANDED}
        lines = operator._run(["/bin/sh", "-c", "echo $TRACEPARENT"], trace_variables())
    assert lines == [HANDED]


def test_nothing_is_handed_over_where_airflow_does_not_trace(monkeypatch):
    """Its context says "not sampled" then, which the verb would take for a choice."""
    monkeypatch.delenv("AIRFLOW__TRACES__OTEL_ON", raising=False)
    with use_span(TASK):
        assert trace_variables() == {}
