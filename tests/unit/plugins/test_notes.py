"""The words of a run's note."""

from tests.support.workflows import use_own_airflow_home

use_own_airflow_home()

from plugins.notes import MOST, note_of  # noqa: E402

LISTS = {
    "as_of": "2026-03-01T10:00:00Z", "rows": 123310, "readers": 12331, "artifact": "run:7",
    "checksum": "0123456789abcdef", "execution": "e1", "link": "http://a/desk/runs/e1",
}  # fmt: skip


def test_a_line_for_each_asset():
    """Edition, readers, rows, the checksum's beginning, and a link; what an event does not say is left out."""
    assert note_of({"published_lists": LISTS, "features": {"as_of": "2026-03-01T10:00:00Z", "artifact": "-"}}, []) == (
        "As of 2026-03-01T10:00:00Z:\n\n"
        "- published_lists: run:7, 12,331 readers, 123,310 rows, checksum 0123456789ab, [report](http://a/desk/runs/e1)\n"
        "- features"
    )


def test_where_nothing_happened_there_is_no_note():
    """A green run that made no asset."""
    assert note_of({}, []) == ""


def test_a_note_has_no_more_than_airflow_keeps():
    """What was made last comes first, and lines are kept or left out whole."""
    note = note_of({f"asset_{number}": LISTS for number in range(20)}, ["arms"])
    assert len(note) <= MOST
    assert note.splitlines()[4].startswith("- asset_0: run:7")
    assert note.endswith("(http://a/desk/runs/e1)")
    assert len(note_of({}, ["t" * 300] * 9)) == MOST
