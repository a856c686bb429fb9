"""The command line: sentences and exit codes instead of tracebacks."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from frontpage.cli import main

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


@pytest.mark.parametrize("verb", [("db", "url"), ("key", "list"), ("serve",), ("purge", "--as-of", "2026-03-01")])
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("absent.yaml", None, "cannot be read (No such file or directory)"),
        (".", None, "cannot be read (Is a directory)"),
        ("p \u00e4,[1].yaml", b"a: [1\nb: 2", "not YAML"),
        ("p.yaml", b"\xff\xfe\x00", "not YAML"),
        ("p.yaml", b"- 1", "Input should be a valid dictionary"),
    ],
)
def test_parameters_that_are_named_have_to_be_there(verb, name, content, sentence, tmp_path, monkeypatch):
    """A typo in FRONTPAGE_PARAMS_FILE is bad input for every verb: it must not mean the defaults."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    monkeypatch.setenv("FRONTPAGE_PARAMS_FILE", name)
    done = subprocess.run([FRONTPAGE, *verb], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert done.stderr.startswith("frontpage: ")
    assert name in done.stderr
    assert sentence in done.stderr


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_file_of_parameters_the_defaults_are_said(value, tmp_path, monkeypatch):
    """No variable, or an empty one, and no params.yaml here: the step is done, and says what it went by."""
    monkeypatch.delenv("FRONTPAGE_PARAMS_FILE", raising=False)
    if value is not None:
        monkeypatch.setenv("FRONTPAGE_PARAMS_FILE", value)
    monkeypatch.setenv("FRONTPAGE_HOME", str(tmp_path / "home"))
    simulate = ["simulate", "--out", "w", "--readers", "3", "--days", "1", "--articles-per-day", "5"]
    done = subprocess.run([FRONTPAGE, *simulate], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0
    assert f"there is no params.yaml in {tmp_path}, so the defaults were used" in done.stderr
    (tmp_path / "params.yaml").write_text("seed: 7\n")
    done = subprocess.run([FRONTPAGE, *simulate], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, "params.yaml" in done.stderr) == (0, False)


def test_each_value_in_the_commands_of_dvc_is_one_word():
    """A folder may be called anything: what is filled into a command of dvc.yaml stays one argument of it."""
    pipeline = yaml.safe_load((Path(__file__).parents[3] / "dvc.yaml").read_text())
    odd = "/data/my world, it's [2026] (new) #1 & more; *?%"
    for stage in pipeline["stages"].values():
        command = stage["cmd"].replace("${path}", odd).replace("${as_of}", "2026-03-01 12:00")
        words = shlex.split(command)
        assert "2026-03-01 12:00" in words
        assert ("--source" in words) == (odd in words)
    assert odd in shlex.split(pipeline["stages"]["snapshot"]["cmd"].replace("${path}", odd))


def test_threads_that_wait_sleep(tmp_path, monkeypatch):
    """OpenMP says what it was told when LightGBM loads it; what a user sets for themselves counts."""
    monkeypatch.setenv("OMP_DISPLAY_ENV", "true")
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    command = [FRONTPAGE, "train", "--as-of", "2026-01-01", "--data", str(tmp_path)]
    assert "OMP_WAIT_POLICY = 'PASSIVE'" in subprocess.run(command, capture_output=True, text=True).stderr
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    assert "OMP_WAIT_POLICY = 'ACTIVE'" in subprocess.run(command, capture_output=True, text=True).stderr


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
        "Start", "Data", "Model", "Lists", "Editorial", "Delivery", "Research", "Maintenance",
    }  # fmt: skip
    page = CliRunner().invoke(main.app, ["--help"], env={"COLUMNS": "80"}).stdout
    width = max(map(len, group.commands))
    for name, command in group.commands.items():
        first = command.help.split("\n\n")[0].replace("`", "")
        assert f"│ {name:<{width}}  {first} " in page


@pytest.mark.parametrize(
    ("typed", "word", "offered"), [("frontpage mod", 1, "models"), ("frontpage models di", 2, "diff")]
)
def test_a_shell_completes_verbs(typed, word, offered, tmp_path):
    """What `--install-completion` puts into a shell asks the command, which answers without settings or database."""
    asked = {"_FRONTPAGE_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(word)}
    done = subprocess.run([FRONTPAGE], cwd=tmp_path, env={**os.environ, **asked}, capture_output=True, text=True)
    assert done.stdout.split() == [offered]
