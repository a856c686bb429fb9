"""The shapes of what readers ask of us."""

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter
from pydantic_core import PydanticCustomError

from frontpage.core import columns as c
from frontpage.core.identity.nobody import is_nobody
from serving.events.schemas import Identity, identity
from serving.http.bodies import parsed
from serving.http.problems import invalid_request

_MAX_INTERESTS: Final = 100
_MAX_MUTED: Final = 500
_MAX_HIDDEN: Final = 5_000


def _category(value: str) -> str:
    """As the extract writes categories: lower case, single spaces."""
    return " ".join(identity(value).lower().split())


def _distinct(values: list[str] | None) -> list[str] | None:
    return None if values is None else list(dict.fromkeys(values))


Category = Annotated[Identity, AfterValidator(_category)]


class PickedInterests(BaseModel):
    """The categories a reader picked, most wanted first."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    interests: Annotated[list[Category], Field(max_length=_MAX_INTERESTS), AfterValidator(_distinct)]


class PreferencesChange(BaseModel):
    """Each field given replaces what was asked before; a field left out, or null, stays as it is."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    hidden_articles: Annotated[list[Identity] | None, Field(max_length=_MAX_HIDDEN)] = None
    muted_publishers: Annotated[list[Identity] | None, Field(max_length=_MAX_MUTED)] = None
    muted_categories: Annotated[list[Category] | None, Field(max_length=_MAX_MUTED)] = None
    digest: bool | None = None
    personalised: bool | None = Field(
        default=None, description="false: lists that are made of nothing about the reader"
    )

    def wishes(self) -> dict[str, list[str]]:
        """Values by kind, for the kinds that are spoken of."""
        given = {
            "hidden_article": self.hidden_articles,
            "muted_publisher": self.muted_publishers,
            "muted_category": self.muted_categories,
            "personalised": None if self.personalised is None else [] if self.personalised else ["off"],
            "digest": None if self.digest is None else ["on" if self.digest else "off"],
        }
        return {kind: values for kind, values in given.items() if values is not None}


class PreferencesAnswer(BaseModel):
    """All that a reader asked of us, in force now."""

    hidden_articles: list[str]
    muted_publishers: list[str]
    muted_categories: list[str]
    digest: bool | None = Field(description="null where nothing was asked")
    personalised: bool = Field(description="false: lists are made of nothing about the reader")


_INTERESTS: TypeAdapter[PickedInterests] = TypeAdapter(PickedInterests)
_CHANGE: TypeAdapter[PreferencesChange] = TypeAdapter(PreferencesChange)


def parse_interests(body: bytes) -> PickedInterests:
    """Raises ProblemError for what is not JSON (400) or not interests (422)."""
    return parsed(_INTERESTS, body)


def parse_change(body: bytes) -> PreferencesChange:
    """Raises ProblemError for what is not JSON (400) or not preferences (422)."""
    return parsed(_CHANGE, body)


def storable_reader_id(reader_id: str) -> str:
    """The id itself.

    Raises ProblemError for one that no extract would store as it is: nobody's, too long, with spaces around or NUL.
    """
    if is_nobody(reader_id):
        raise invalid_request([{"field": "path.reader_id", "detail": "is nobody's"}])
    return storable_id(reader_id, c.READER_ID)


def storable_id(value: str, name: str) -> str:
    """An id of a path, itself. Raises ProblemError for one too long, with spaces around or NUL."""
    try:
        if identity(value) == value:
            return value
        detail = "has space around it"
    except PydanticCustomError as error:
        detail = error.message()
    raise invalid_request([{"field": f"path.{name}", "detail": detail}])
