"""What a source calls our fields: renames, constants, units, kinds of events, time zone. One row at a time, pure."""

import hashlib
import re
from collections.abc import Mapping as Map
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from etl.rows.left_out import LeftOutError
from etl.rows.reasons import RejectReason, RowError
from etl.rows.values import number, text
from frontpage.core import columns as c
from frontpage.core.schema.canonical import Kind, field_names, fields
from frontpage.core.schema.fields import Type
from frontpage.core.schema.reads import READ_KINDS

#: In `kinds`: rows of such events are left out. As an event's name it stands for every other one.
DROP, ANY_OTHER = "drop", "*"
_SECONDS = {"milliseconds": 0.001, "seconds": 1.0, "minutes": 60.0}
_EPOCH_UNITS = {"epoch_seconds": 1_000_000, "epoch_milliseconds": 1_000, "epoch_microseconds": 1}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Mapping(BaseModel):
    """How the rows of one source become rows with our field names; docs/own-data.md shows each part at work.

    Applied in the order of the fields. A field that is not named stays as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, str | list[str]] = Field({}, description="their column: our field, or several of them")
    templates: dict[str, str] = Field({}, description="our field: text with their columns in braces")
    patterns: dict[str, str] = Field(
        {}, description="our field: regular expression; the field is its first group, a row without it is left out"
    )
    constants: dict[str, str | int | float | bool | list[str]] = Field(
        {}, description="our field: its value in all rows"
    )
    units: dict[str, str] = Field(
        {},
        description="dwell_seconds: milliseconds, seconds or minutes; a time: epoch_seconds, epoch_milliseconds, "
        "epoch_microseconds, or a format like `%d.%m.%Y %H:%M`",
    )
    kinds: dict[str, str] = Field(
        {}, description=f"their event: {', '.join(READ_KINDS)}, or `{DROP}`; `{ANY_OTHER}`: any other event"
    )
    timezone: str = Field("UTC", description="IANA name; of times that do not say theirs")

    @field_validator("patterns")
    @classmethod
    def _can_match(cls, patterns: dict[str, str]) -> dict[str, str]:
        for field, pattern in patterns.items():
            try:
                groups = re.compile(pattern).groups
            except re.error as error:
                raise ValueError(f"{field}: {pattern!r} is not a regular expression ({error})") from error
            if not groups:
                raise ValueError(f"{field}: {pattern!r} has no group in parentheses to take the value from")
        return patterns

    @field_validator("templates")
    @classmethod
    def _names_columns(cls, templates: dict[str, str]) -> dict[str, str]:
        for field, template in templates.items():
            try:
                named = _names_in(template)
            except ValueError as error:
                raise ValueError(f"{field}: {template!r} is not a template ({error})") from error
            if not named or not all(named):
                raise ValueError(f"{field}: {template!r} names no column in braces; `constants` hold fixed values")
        return templates

    @field_validator("kinds")
    @classmethod
    def _are_ours(cls, kinds: dict[str, str]) -> dict[str, str]:
        for theirs, ours in kinds.items():
            if ours not in (*READ_KINDS, DROP):
                raise ValueError(f"{theirs}: {ours!r} is none of {', '.join(READ_KINDS)} or {DROP}")
        return {theirs.strip().lower(): ours for theirs, ours in kinds.items()}

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{name!r} is not an IANA time zone") from error
        return name

    @property
    def digest(self) -> str:
        """A short hash of it: rows that were read with another mapping are read again."""
        return hashlib.blake2b(self.model_dump_json().encode(), digest_size=8).hexdigest()

    def theirs(self, field: str) -> str:
        """The column that our field comes from."""
        return next((name for name, ours in self._renames() if ours == field), field)

    def misfits(self, kind: Kind) -> list[str]:
        """What cannot be meant for rows of this kind: `key: reason`."""
        known = set(field_names(kind))
        times = {field.name for field in fields(kind) if field.type is Type.TIME}
        named = [("columns", ours) for _, ours in self._renames()]
        named += [
            (part, field) for part in ("templates", "patterns", "constants", "units") for field in getattr(self, part)
        ]
        wrong = [
            f"{part}: {field!r} is no field of {kind}; they are {', '.join(field_names(kind))}"
            for part, field in named
            if field not in known
        ]
        wrong += [
            f"units: {problem}" for name, unit in self.units.items() if (problem := _unit_problem(name, unit, times))
        ]
        if self.kinds and kind is not Kind.READS:
            wrong.append(f"kinds: only reads have kinds, these are {kind}")
        return wrong + [f"{field}: set more than once" for field in self._set_twice()]

    def apply(self, kind: Kind, row: Map[str, Any]) -> dict[str, Any]:
        """The row with our field names and units.

        Raises RowError for a value that its unit cannot be of, LeftOutError for a row that does not concern us.
        """
        made = {name: value for name, value in row.items() if name not in self.columns}
        made |= {ours: row[theirs] for theirs, ours in self._renames() if theirs in row}
        made |= {field: _filled(template, row) for field, template in self.templates.items()}
        for field, pattern in self.patterns.items():
            made[field] = _matched(pattern, made, field)
        made |= self.constants
        for field, unit in self.units.items():
            made[field] = self._dwell(made, unit) if field == c.DWELL_SECONDS else self._time(made, field, unit)
        if self.timezone != "UTC":
            made |= {field.name: self._placed(made[field.name]) for field in fields(kind) if _is_time(field, made)}
        return made | ({c.KIND: self._kind(made)} if self.kinds else {})

    def _renames(self) -> list[tuple[str, str]]:
        pairs = ((theirs, [ours] if isinstance(ours, str) else ours) for theirs, ours in self.columns.items())
        return [(theirs, one) for theirs, ours in pairs for one in ours]

    def _set_twice(self) -> list[str]:
        fields = [*(ours for _, ours in self._renames()), *self.templates, *self.constants]
        return sorted({field for field in fields if fields.count(field) > 1})

    def _dwell(self, row: Map[str, Any], unit: str) -> float | None:
        value = number(dict(row), c.DWELL_SECONDS)
        return None if value is None else value * _SECONDS[unit]

    def _time(self, row: Map[str, Any], field: str, unit: str) -> Any:
        value = row.get(field)
        if value is None or value == "" or isinstance(value, datetime):
            return None if value == "" else value
        if unit in _EPOCH_UNITS:
            return _since_epoch(row, field, _EPOCH_UNITS[unit])
        try:
            return self._placed(datetime.strptime(str(value).strip(), unit))  # noqa: DTZ007 - placed at once
        except ValueError as error:
            raise RowError(
                RejectReason.BAD_TIME, f"{field} {str(value)[:60]!r} is not written like {unit!r}"
            ) from error

    def _placed(self, value: Any) -> Any:
        """A time without an offset in the source's time zone; anything else as it is."""
        try:
            parsed = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
        except ValueError:
            return value
        if not isinstance(parsed, datetime) or parsed.tzinfo is not None:
            return value
        return parsed.replace(tzinfo=ZoneInfo(self.timezone))

    def _kind(self, row: Map[str, Any]) -> Any:
        declared = (text(dict(row), c.KIND) or "").lower()
        kind = self.kinds.get(declared, self.kinds.get(ANY_OTHER, declared))
        if kind == DROP:
            raise LeftOutError
        return kind


def _is_time(field: Any, row: Map[str, Any]) -> bool:
    return field.type is Type.TIME and row.get(field.name) is not None


def _unit_problem(field: str, unit: str, times: set[str]) -> str:
    if field == c.DWELL_SECONDS:
        return "" if unit in _SECONDS else f"{field}: {unit!r} is none of {', '.join(_SECONDS)}"
    if field not in times:
        return f"{field} is neither a time nor dwell_seconds"
    known = unit in _EPOCH_UNITS or "%" in unit
    return (
        "" if known else f"{field}: {unit!r} is none of {', '.join(_EPOCH_UNITS)} and no format like '%d.%m.%Y %H:%M'"
    )


def _since_epoch(row: Map[str, Any], field: str, microseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=round((number(dict(row), field) or 0.0) * microseconds))
    except (RowError, OverflowError) as error:
        raise RowError(RejectReason.BAD_TIME, f"{field} {str(row[field])[:60]!r} is no time since 1970") from error


def _names_in(template: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(template) if name is not None]


def _filled(template: str, row: Map[str, Any]) -> str | None:
    """The template with the row's values; None where one of them is absent."""
    made = []
    for literal, name, _, _ in Formatter().parse(template):
        value = None if name is None else _shown(row, name)
        if name is not None and value is None:
            return None
        made += [literal, value or ""]
    return "".join(made)


def _shown(row: Map[str, Any], name: str) -> str | None:
    value = row.get(name)
    return str(value) if isinstance(value, (datetime, float)) else text(dict(row), name)


def _matched(pattern: str, row: Map[str, Any], field: str) -> str:
    found = re.search(pattern, text(dict(row), field) or "")
    if found is None or found[1] is None:
        raise LeftOutError
    return found[1]
