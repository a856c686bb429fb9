"""What rules change, as text for people and for a comment on a pull request."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

#: Publishers and categories that are named; the others changed less.
_NAMED = 10


def rule_changes(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each rule that comes, goes or changes."""
    old, new = ({rule["id"]: rule for rule in rules} for rules in (before, after))
    came = [f"+ {name} ({new[name]['kind']}): {new[name]['reason']}" for name in new if name not in old]
    went = [f"- {name} ({old[name]['kind']}): {old[name]['reason']}" for name in old if name not in new]
    changed = [f"~ {name} ({new[name]['kind']})" for name in new if name in old and old[name] != new[name]]
    return [*came, *went, *changed] or ["no rule changes"]


def lines(effect: Mapping[str, Any]) -> Iterator[str]:
    """The effect on lists, as `Effect.as_json` has it."""
    yield (
        f"{effect['n_places_changed']:,} of {effect['n_places']:,} places change, in the lists of "
        f"{effect['n_readers_changed']:,} of {effect['n_readers']:,} readers (run {effect['run_id']})"
    )
    before, after = effect["below_ten_before"], effect["below_ten_after"]
    yield f"readers with fewer than ten articles: {before:,} before, {after:,} after"
    for name, places in effect["exposure"].items():
        moved = sorted(places.items(), key=lambda one: -abs(one[1][1] - one[1][0]))[:_NAMED]
        for label, (before, after) in moved:
            if before != after:
                yield f"  {name} {label or '(none)'}: {before:,} -> {after:,} places ({after - before:+,})"
    if effect["worst"]:
        yield "readers hit worst (pseudonym: places changed): " + ", ".join(f"{key}: {n}" for key, n in effect["worst"])
