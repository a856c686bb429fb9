"""The parts of one pull of a source, and what the next pull must know when they are done."""

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from etl.blocks import Range, SourcePart
from etl.plan import FilePlan, Pending, plan_file
from etl.reading.feeds import READER_VERSION
from etl.reading.files import feed_stamp, list_feed_files, list_files
from etl.reading.mapping import Mapping
from etl.reading.sources import FeedSource, SqlSource, UriSource, without_secrets
from frontpage.core.errors import BadInputError, CheckFailedError, UnavailableError
from frontpage.core.schema.canonical import Kind
from frontpage.store.extracts import Extract


@dataclass(frozen=True, slots=True)
class PullPlan:
    """The parts of one pull. `feeds`: state of feeds that did not change and are not asked again.

    mapping: hash of the mapping that rows are read with; empty for none.
    """

    parts: list[SourcePart]
    files: list[FilePlan] = field(default_factory=list)
    feeds: dict[str, Any] = field(default_factory=dict)
    mapping: str = ""

    @property
    def n_left(self) -> int:
        """Rows that this pull did not even read: their time has not come, or their line may not have ended."""
        waiting = sum(pending.n_deferred for plan in self.files for pending in plan.kept)
        return waiting + sum(plan.left_bytes > 0 for plan in self.files)

    def check_complete(self, finished: Map[str, Any]) -> None:
        """Raises what a part could not do (BadInputError, UnavailableError), or CheckFailedError for one never done.

        BadInputError, too, where two parts have one name, so that one of them was taken for the other.
        """
        for state in finished.values():
            if "error" in state:
                kind = BadInputError if state["exit_code"] == BadInputError.exit_code else UnavailableError
                raise kind(state["error"])
        self._check_names()
        missing = [part.part_id for part in self.parts if part.part_id not in finished]
        if missing:
            raise CheckFailedError(f"{len(missing)} parts were never staged, {missing[0]} first; nothing was kept")

    def _check_names(self) -> None:
        named: dict[str, SourcePart] = {}
        for part in self.parts:
            first = named.setdefault(part.part_id, part)
            if first is not part:
                both = " and ".join(without_secrets(one.url) for one in (first, part))
                raise BadInputError(f"{both} have the same name here ({part.file}); give them as two sources")

    def next_state(self, blocks: Sequence[Map[str, Any]], finished: Map[str, Any]) -> dict[str, Any]:
        """What the next pull must know: what was consumed of each file and which ranges wait, and each feed's tags."""
        pending: dict[str, list[Pending]] = {}
        for block in blocks:
            if block["n_deferred"]:
                extent = Range(block["first_row"], block["n_rows"], block["start_byte"], block["end_byte"])
                pending.setdefault(block["file"], []).append(Pending(extent, block["next_at"], block["n_deferred"]))
        files = {plan.file.name: plan.next_state(pending.get(plan.file.name, [])) for plan in self.files}
        asked = {part.file: finished[part.part_id] for part in self.parts if part.reader == "feed"}
        mapping = {"mapping": self.mapping} if self.mapping else {}
        return {"files": files, "feeds": {**self.feeds, **asked}, **mapping}


def plan_source(source: UriSource, extract: Extract) -> PullPlan:
    """The plan of a source, given what it was asked before; with another mapping than then, all of it is read again.

    Raises BadInputError or UnavailableError where its files cannot be listed.
    """
    mapping = source.mapping.digest if source.mapping else ""
    if extract.state.get("mapping", "") != mapping:
        extract = replace(extract, watermark=None, state={})
    plan = _plan(source, extract)
    return replace(plan, mapping=mapping, parts=[_with_mapping(part, source.mapping) for part in plan.parts])


def _with_mapping(part: SourcePart, mapping: Mapping | None) -> SourcePart:
    return part if mapping is None else replace(part, options={**part.options, "mapping": mapping})


def _plan(source: UriSource, extract: Extract) -> PullPlan:
    if isinstance(source, SqlSource):
        return PullPlan([_query_part(source, extract)])
    if isinstance(source, FeedSource):
        return _plan_feeds(source, extract.state.get("feeds", {}))
    known = extract.state.get("files", {})
    files = [plan_file(file, known.get(file.name), extract.as_of) for file in list_files(source)]
    return PullPlan([part for file in files for part in file.parts], files)


def _plan_feeds(source: FeedSource, known: Map[str, Any]) -> PullPlan:
    """Feeds over http are asked with what they said last; feed files that did not change are left alone."""
    plan = PullPlan([])
    for name, url in list_feed_files(source):
        stamp = feed_stamp(url)
        state = known.get(name, {})
        if state.get("reader") != READER_VERSION:
            state = {}
        if stamp and state.get("stamp") == stamp:
            plan.feeds[name] = state
            continue
        options = {"state": state, "file": {"stamp": stamp}, "retract": source.retract}
        plan.parts.append(SourcePart(name, Kind.ARTICLES, name, url, "feed", options=options))
    return plan


def _query_part(source: SqlSource, extract: Extract) -> SourcePart:
    """One query from the last answered moment on, and a little before: rows may be committed after their time."""
    after = None if extract.watermark is None else extract.watermark - timedelta(minutes=source.overlap_minutes)
    try:
        query = source.query or source.query_file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise BadInputError(f"{source.name}: query file {source.query_file} cannot be read: {why}") from error
    options = {"url": SecretStr(source.url), "query": query, "after": after}
    return SourcePart("query", source.kind, source.query_file.name, source.name, "query", options=options)
