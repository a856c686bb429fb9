"""`frontpage models list|show|diff|card|archive|rollback`: the registry, looked at and changed by hand."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from frontpage.core.clock import iso
from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle import artefacts, stages, tracking
from frontpage.lifecycle.artefacts import folder_of
from frontpage.lifecycle.records import flatten
from frontpage.lifecycle.release.card import write_card
from frontpage.lifecycle.release.fitness import require_fit
from frontpage.steps import tables
from frontpage.store import versions
from frontpage.store.connect import connect
from frontpage.store.server import database_url
from frontpage.store.versions import ModelVersion

_NDCG = "candidate_ndcg_at_10"


def list_(settings: Settings, _params: Params, *, stage: str | None = None, as_json: bool = False) -> Summary:
    """Print the versions, newest knowledge first. Raises BadInputError for a stage that there is not."""
    wanted = next((known for known in stages.NEXT_STAGES if known == stage), None)
    if stage is not None and wanted is None:
        raise BadInputError(f"there is no stage {stage}; there are {', '.join(stages.NEXT_STAGES)}")
    with connect(database_url(settings)) as connection:
        found = versions.newest(connection, stage=wanted)
    if not as_json and tables.is_terminal():
        tables.print_table(("version", "stage", "as of", "nDCG@10", "parent"), map(_cells, found))
    else:
        _say(json.dumps(asdict(row), default=str) if as_json else _line(row) for row in found)
    return Summary("models list", rows_out=len(found))


def show(settings: Settings, _params: Params, version: str, *, as_json: bool = False) -> Summary:
    """Print all that is known of a version, with the trail of its stages."""
    with connect(database_url(settings)) as connection:
        row, trail = versions.get(connection, version), versions.events(connection, version)
    if as_json:
        _say([json.dumps({**asdict(row), "trail": [asdict(event) for event in trail]}, default=str)])
    else:
        facts = {name: value for name, value in asdict(row).items() if not isinstance(value, Mapping)}
        nested = {name: getattr(row, name) for name in ("lineage", "metrics")}
        _say(f"{name}: {value}" for name, value in {**facts, **flatten(nested)}.items())
        for name in ("gate", "acceptance", "fitness"):
            _say(f"{name}: {reason}" for reason in getattr(row, name).get("reasons", ()))
        _say(
            f"{iso(event.at)}  {event.from_stage or '-'} -> {event.to_stage}  {event.actor}  {event.reason}"
            for event in trail
        )
    return Summary("models show", rows_out=1, artifact=row.artefact_uri, details={"stage": row.stage})


def diff(settings: Settings, _params: Params, before: str, after: str, *, as_json: bool = False) -> Summary:
    """Print what differs between two versions: lineage, parameters, metrics."""
    with connect(database_url(settings)) as connection:
        old, new = (_facts(settings, versions.get(connection, name)) for name in (before, after))
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    rows = [(name, old.get(name, "-"), new.get(name, "-")) for name in names]
    if as_json:
        _say(json.dumps(dict(zip(("name", "before", "after"), row, strict=True))) for row in rows)
    elif tables.is_terminal():
        tables.print_table(("what", before, after), rows)
    else:
        _say(f"{name}: {was} -> {became}" for name, was, became in rows)
    return Summary("models diff", rows_in=len(old.keys() | new.keys()), rows_out=len(names))


def card(settings: Settings, _params: Params, version: str, *, html: Path | None = None) -> Summary:
    """Write the card of a version as of now; to another file too, where one is named."""
    with connect(database_url(settings)) as connection:
        made = write_card(connection, settings, versions.get(connection, version))
    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_bytes(made.read_bytes())
    return Summary("models card", rows_out=1, artifact=str(html or made))


def archive(settings: Settings, _params: Params, version: str, *, reason: str) -> Summary:
    """Put a version away. Raises BadInputError for the champion: readers would be left without."""
    with connect(database_url(settings)) as connection:
        if versions.get(connection, version).stage == "champion":
            raise BadInputError(f"{version} makes the lists; promote another version, or take it back with rollback")
        stages.change_stage(connection, version, "archived", actor=settings.acting, reason=reason)
    tracking.mark_stage(settings, version, "archived")
    return Summary("models archive", rows_out=1, details={"version": version, "reason": reason})


def rollback(settings: Settings, params: Params, *, reason: str) -> Summary:
    """The champion is rejected, and the one before it takes its place again.

    Raises CheckFailedError where that one's artefacts were changed or it is not fit any more; nothing changes then.
    """
    with connect(database_url(settings)) as connection:
        former = versions.former(connection)
        if former is not None:
            row = versions.get(connection, former)
            folder = folder_of(row, settings)
            artefacts.verify(folder)
            require_fit(folder, params, former, row.fitness.get("measured"))
        rejected, champion = stages.take_back(connection, actor=settings.acting, reason=reason)
    tracking.mark_stage(settings, rejected, "rejected")
    tracking.mark_stage(settings, champion, "champion")
    details = {"champion": champion, "rejected": rejected, "reason": reason}
    return Summary("models rollback", rows_out=1, details=details)


def _cells(row: ModelVersion) -> tuple[str, ...]:
    ndcg = row.metrics.get(_NDCG)
    figure = "-" if ndcg is None else f"{ndcg:.4f}"
    return row.version, row.stage, iso(row.as_of), figure, row.parent or "-"


def _line(row: ModelVersion) -> str:
    version, stage, as_of, figure, parent = _cells(row)
    return f"{version}  {stage:<9}  as of {as_of}  nDCG@10 {figure}  parent {parent}"


def _facts(settings: Settings, row: ModelVersion) -> dict[str, str]:
    file = folder_of(row, settings) / "params.json"
    params = json.loads(file.read_text())["params"] if file.is_file() else {}
    data = {"as_of": iso(row.as_of), "snapshot_hash": row.snapshot_hash, "parent": row.parent}
    return flatten({**data, "lineage": row.lineage, "params": params, "metrics": row.metrics})


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)  # noqa: T201 - these verbs' result is what they print
