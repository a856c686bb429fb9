"""Tables for people: what sources wrote is never obeyed by a terminal."""

import pytest

from frontpage.steps import tables


def test_text_of_sources_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]):
    """No markup, no escape sequence; figures to the right."""
    tables.print_table(("place", "article"), [(1, "[bold]not bold[/bold]"), (10, "red \x1b[31malert")])
    told = capsys.readouterr().out
    assert "[bold]not bold[/bold]" in told
    assert "\x1b" not in told
    assert told.splitlines()[1].startswith("    1  ")


def test_a_pipe_is_no_terminal(capsys: pytest.CaptureFixture[str]):
    """Scripts go on to read lines."""
    assert tables.is_terminal() is False
