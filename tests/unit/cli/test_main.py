"""The command line: sentences and exit codes instead of tracebacks."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli import main

FRONTPAGE = str(Path(sys.executable).parent / "frontpage")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("extract", "--as-of", "yesterday"), "is not an ISO 8601 time"),
        (("extract", "--as-of", "2999-01-01T00:00:00Z"), "has not come yet"),
        (("replay", "--from", "2026-03-01", "--to", "2026-03-02", "--json", "r", "--refresh", "soon"), "is not a span"),
        (("import", "nosuch", "/nowhere", "--out", "unused"), "format 'nosuch' is not known"),
    ],
)
def test_what_the_user_can_mend_is_one_sentence(arguments, sentence, tmp_path):
    """Bad input ends with exit code 3 and a sentence that names it; never with a traceback."""
    done = subprocess.run([FRONTPAGE, *arguments], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (3, "")
    assert sentence in done.stderr
    assert done.stderr.startswith("frontpage: ")
    assert done.stderr.count("\n") == 1


def test_a_wrong_setting_is_named(tmp_path, monkeypatch):
    """Outside development a placeholder secret is refused before anything runs."""
    monkeypatch.setenv("FRONTPAGE_ENV", "production")
    done = subprocess.run([FRONTPAGE, "db", "url"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 3
    assert "FRONTPAGE_PSEUDONYM_SECRET" in done.stderr


def test_every_verb_explains_itself():
    """`--help` of the command, and of each verb and group below it, is a page and not a traceback."""
    runner, told = CliRunner(), []
    for words in [(), *_verbs(typer.main.get_command(main.app))]:
        done = runner.invoke(main.app, [*words, "--help"])
        assert done.exit_code == 0, (words, done.exception)
        told.append(words)
    assert ("simulate",) in told
    assert ("key", "create") in told


def _verbs(group, *before):
    for name, command in group.commands.items():
        yield (*before, name)
        if hasattr(command, "commands"):
            yield from _verbs(command, *before, name)


def test_help_has_a_place_and_a_short_line_for_every_verb():
    """Each verb stands under a heading, and what it does fits into a line of a terminal of 80 columns."""
    group = typer.main.get_command(main.app)
    assert {command.rich_help_panel for command in group.commands.values()} == {
        "Start", "Data", "Model", "Lists", "Delivery", "Research", "Maintenance",
    }  # fmt: skip
    page = CliRunner().invoke(main.app, ["--help"], env={"COLUMNS": "80"}).stdout
    for name, command in group.commands.items():
        first = command.help.split("\n\n")[0].replace("`", "")
        assert f"│ {name:<11}  {first} " in page
