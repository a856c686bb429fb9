"""Who acts: every change of state says it, as one short text. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self, cast

from frontpage.core.errors import BadInputError

#: What a scheduler hands to the verbs that it starts, and what a person may set for a script of theirs.
VARIABLE = "FRONTPAGE_ACTOR"
_LOGIN = ("LOGNAME", "USER", "USERNAME")
_NOBODY_KNOWN = "unknown"
_TEXT = re.compile(r"(?:(?P<kind>person|airflow|system):)?(?P<name>[^/:\s]+)(?:/(?P<run>\S+))?(?: by (?P<by>\S+))?")

Kind = Literal["person", "airflow", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """name: of a person, a workflow, or a part of the system that acts by itself.

    run: of the workflow. by: the person who started that run, where it is known.

    >>> str(Actor("retrain_nightly", "airflow", "manual__1", "ana"))
    'airflow:retrain_nightly/manual__1 by ana'
    >>> Actor.parse("person:ana") == Actor.parse("ana") == Actor("ana")
    True
    """

    name: str
    kind: Kind = "person"
    run: str = ""
    by: str = ""

    def __str__(self) -> str:
        """The text that `parse` reads."""
        run = f"/{self.run}" if self.run else ""
        return f"{self.kind}:{self.name}{run}" + (f" by {self.by}" if self.by else "")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The actor of a text; a name alone is a person's. Raises BadInputError for any other form."""
        found = _TEXT.fullmatch(text.strip())
        if found is None:
            raise BadInputError(f"{VARIABLE}={text!r} names nobody; write `person:NAME`, or `airflow:WORKFLOW/RUN`")
        return cls(found["name"], cast("Kind", found["kind"] or "person"), found["run"] or "", found["by"] or "")


def current_actor(environment: Mapping[str, str]) -> Actor:
    """Who acts in a process with these variables: by FRONTPAGE_ACTOR, else the person who is logged in.

    Raises BadInputError where FRONTPAGE_ACTOR is no actor.
    """
    if named := environment.get(VARIABLE, "").strip():
        return Actor.parse(named)
    login = next((environment[name] for name in _LOGIN if environment.get(name)), _NOBODY_KNOWN)
    return Actor(re.sub(r"[/:\s]", "_", login))
