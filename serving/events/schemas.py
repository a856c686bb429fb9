"""The shapes of events: what the API takes in, checked by the same bounds as rows of any other source."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from frontpage.core.clock import to_utc
from frontpage.core.schema.canonical import CLOCK_SLACK, EARLIEST, MAX_DWELL, MAX_ID_BYTES
from serving.http.problems import bad_body, invalid_request

MAX_EVENTS: Final = 1_000
_MAX_REFERRER_CHARACTERS: Final = 1_000
#: Field names may be the caller's own; of those only the beginning is said back.
_MAX_FIELD_CHARACTERS: Final = 100
#: Where pydantic speaks of Python.
_MESSAGES: Final = {"model_type": "is not a JSON object", "extra_forbidden": "is not a field of events"}
_MAX_SMALLINT: Final = 32_767
_MAX_BIGINT: Final = 2**63 - 1
#: Shown where the API can be tried.
_EXAMPLE: Final[dict[str, Any]] = {
    "event_id": "example-1",
    "reader_id": "reader_heavy",
    "article_id": "an-article-of-a-list",
    "kind": "read",
    "occurred_at": "2026-03-01T10:00:00Z",
    "dwell_seconds": 42.0,
}
#: Names the validation's context: the latest time that an event may claim.
_LATEST: Final = "latest"


def storable_text(value: str) -> str:
    """The text without space around it; refuses what PostgreSQL cannot store."""
    if "\x00" in value:
        raise PydanticCustomError("nul", "holds a NUL character")
    return value.strip()


def identity(value: str) -> str:
    """An id as the extract would store it. Raises what pydantic turns into an error of the field."""
    return _short(storable_text(value)) or _refuse_empty()


def _label(value: str | None) -> str | None:
    return None if value is None else _short(storable_text(value)) or None


def _referrer(value: str | None) -> str | None:
    return None if value is None else storable_text(value)[:_MAX_REFERRER_CHARACTERS] or None


def _short(value: str) -> str:
    if len(value) * 4 > MAX_ID_BYTES and len(value.encode()) > MAX_ID_BYTES:
        raise PydanticCustomError("too_large", "is longer than {bytes} bytes", {"bytes": MAX_ID_BYTES})
    return value


def _refuse_empty() -> str:
    raise PydanticCustomError("empty", "is empty")


def _moment(value: Any, info: ValidationInfo) -> datetime:
    """An ISO 8601 text as UTC, as in canonical files; numbers, which could be seconds or milliseconds, are refused."""
    try:
        moment = to_utc(datetime.fromisoformat(value))
    except (TypeError, ValueError, OverflowError):
        raise PydanticCustomError("time", "is not an ISO 8601 time") from None
    if moment < EARLIEST:
        raise PydanticCustomError("time", "is before {year}", {"year": EARLIEST.year})
    if info.context and moment > info.context[_LATEST]:
        raise PydanticCustomError("time", "is more than {days} days ahead", {"days": CLOCK_SLACK.days})
    return moment


Identity = Annotated[str, Field(min_length=1, max_length=MAX_ID_BYTES), AfterValidator(identity)]
Label = Annotated[str | None, Field(max_length=MAX_ID_BYTES), AfterValidator(_label)]


class Event(BaseModel):
    """What a reader did, or (`kind` exposure) was shown."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, json_schema_extra={"examples": [_EXAMPLE]})

    event_id: Identity = Field(description="unique; the same again is the same event, however often it comes")
    reader_id: Identity
    article_id: Identity
    kind: Literal["read", "like", "bookmark", "share", "comment", "follow", "exposure"]
    occurred_at: Annotated[datetime, BeforeValidator(_moment)] = Field(description="ISO 8601; without an offset UTC")
    dwell_seconds: float | None = Field(
        None, ge=0, le=MAX_DWELL.total_seconds(), allow_inf_nan=False, description="reading time; not with exposure"
    )
    position: int | None = Field(None, ge=1, le=_MAX_SMALLINT, description="1 is the top; only with exposure")
    run_id: int | None = Field(None, ge=1, le=_MAX_BIGINT, description="of the list shown; only with exposure")
    surface: Label = Field(None, description="home, app, email, ...")
    region: Label = None
    device: Label = None
    referrer: Annotated[str | None, AfterValidator(_referrer)] = None

    @model_validator(mode="after")
    def _fields_of_the_kind(self) -> Self:
        misplaced = ("dwell_seconds",) if self.kind == "exposure" else ("position", "run_id")
        for name in misplaced:
            if getattr(self, name) is not None:
                raise PydanticCustomError("misplaced", "{name} does not go with kind {kind}", {
                    "name": name, "kind": self.kind,
                })  # fmt: skip
        return self


class RejectedEvent(BaseModel):
    """Why one event of a batch was left out."""

    index: int = Field(ge=0, description="its place in the batch, from 0")
    field: str
    detail: str


class Accepted(BaseModel):
    """What became of a batch."""

    accepted: int = Field(description="events that are on disk now and will be counted by the next extract")
    repeated: int = Field(description="events whose event_id is waiting already; they are not counted again")
    rejected: list[RejectedEvent] = Field(description="what cannot be used; sending it again is useless")


def _or_its_errors(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValidationError as error:
        return error


_Judged = Annotated[Event, WrapValidator(_or_its_errors)]
_ONE: TypeAdapter[Any] = TypeAdapter(_Judged)
_MANY: TypeAdapter[list[Any]] = TypeAdapter(Annotated[list[_Judged], Field(min_length=1, max_length=MAX_EVENTS)])

_EVENT_SCHEMA = Event.model_json_schema()
#: The request body for OpenAPI: one event or an array of them.
EVENTS_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "oneOf": [
                    _EVENT_SCHEMA,
                    {"type": "array", "items": _EVENT_SCHEMA, "minItems": 1, "maxItems": MAX_EVENTS},
                ]
            }
        }
    },
}


def parse_events(body: bytes, now: datetime) -> tuple[list[Event], list[dict[str, Any]]]:
    """The usable events in their order, and the errors of the others as `RejectedEvent`s.

    Raises ProblemError for what is not JSON (400), and for no event or more than MAX_EVENTS (422).
    """
    adapter = _MANY if body.lstrip().startswith(b"[") else _ONE
    try:
        parsed = adapter.validate_json(body, context={_LATEST: now + CLOCK_SLACK})
    except ValidationError as error:
        raise _unusable(error) from None
    judged: Sequence[Any] = parsed if adapter is _MANY else [parsed]
    good = [one for one in judged if isinstance(one, Event)]
    bad = [_rejected(index, part) for index, one in enumerate(judged) if not isinstance(one, Event)
           for part in one.errors(include_url=False, include_context=False, include_input=False)]  # fmt: skip
    return good, bad


def _unusable(error: ValidationError) -> Exception:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return bad_body(400, first["msg"])
    return invalid_request([{"field": "body", "detail": first["msg"]}])


def _rejected(index: int, part: Mapping[str, Any]) -> dict[str, Any]:
    field = ".".join(map(str, part["loc"]))[:_MAX_FIELD_CHARACTERS] or "event"
    return {"index": index, "field": field, "detail": _MESSAGES.get(part["type"], part["msg"])}
