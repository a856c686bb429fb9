"""`frontpage rules`: check files of editorial rules, say what they would change, put them into force."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.rules import effect_text
from frontpage.rules.conflicts import refuse_conflicts
from frontpage.rules.files import Written, as_data, written_rules
from frontpage.scoring.effect import Effect, effect_of
from frontpage.store.connect import Connection, connect
from frontpage.store.governance import rule_sets
from frontpage.store.lists import runs
from frontpage.store.server import database_url


def check(settings: Settings, params: Params, files: Sequence[Path]) -> Summary:
    """Look at rule files, and at conflicts between rules by the articles that are known.

    Raises BadInputError with file and line of the first thing that is wrong.
    """
    with connect(database_url(settings), application="frontpage rules") as connection:
        written = _checked(connection, params, files)
    return Summary("rules check", len(written), len(written))


def diff(
    settings: Settings, params: Params, files: Sequence[Path], variant: str, json_file: Path | None = None
) -> Summary:
    """Print what the rules of some files would change in the lists that are served now; nothing is changed.

    Raises NothingPublishedError where no list is served, and BadInputError as `check` does.
    """
    with connect(database_url(settings), application="frontpage rules") as connection:
        changes, effect = foreseen(connection, settings, params, files, variant)
    for line in (*changes, *effect_text.lines(effect.as_json())):
        print(line)  # noqa: T201 - this verb's result is what it prints
    if json_file is not None:
        json_file.write_text(json.dumps({"rules": changes, **effect.as_json()}, ensure_ascii=False, indent=1))
    details = {"places_changed": effect.n_places_changed, "readers_changed": effect.n_readers_changed}
    return Summary(
        "rules diff", effect.n_places, effect.n_places_changed, artifact=f"run:{effect.run_id}", details=details
    )


def foreseen(
    connection: Connection, settings: Settings, params: Params, files: Sequence[Path], variant: str
) -> tuple[list[str], Effect]:
    """A sentence for each rule that differs from those in force, and what that does to the lists that are served.

    Raises as `diff` does.
    """
    written = _checked(connection, params, files)
    served = runs.current(connection, variant)
    if served is None:
        raise NothingPublishedError(f"no list of {variant} is served that rules could change; refresh first")
    rules = [one.rule for one in written]
    effect = effect_of(connection, settings, params, served, rules)
    applied = rule_sets.rule_set(connection)
    return [*effect_text.rule_changes(applied.rules, as_data(rules))], effect


def apply(settings: Settings, params: Params, files: Sequence[Path], *, reason: str) -> Summary:
    """Put the rules of some files into force, in place of all that were; the next refresh makes lists by them.

    Raises BadInputError without a reason, and as `check` does.
    """
    if not reason.strip():
        raise BadInputError("give a reason, which goes into the audit log: --reason 'election week'")
    with connect(database_url(settings), application="frontpage rules") as connection:
        written = _checked(connection, params, files)
        rules = as_data([one.rule for one in written])
        version, is_new = rule_sets.apply(connection, rules, str(settings.acting), reason)
    details = {"version": version, "outcome": "applied" if is_new else "unchanged"}
    return Summary("rules apply", len(written), len(written), artifact=f"rules:{version}", details=details)


def _checked(connection: Connection, params: Params, files: Sequence[Path]) -> list[Written]:
    written = written_rules(files)
    served = runs.current(connection, "champion")
    as_of = served["as_of"] if served else datetime.now(UTC)
    refuse_conflicts(written, rule_sets.articles_for_rules(connection, as_of, as_of - params.max_age))
    return written
