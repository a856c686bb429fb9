"""Who is at the desk, what they may do there, and how a browser says so. Pure."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from frontpage.core.actor import Actor

#: A log-in lasts a working day.
SESSION_TIME = timedelta(hours=12)


class Role(StrEnum):
    """What somebody is at the desk. Everybody is a viewer, too.

    viewer: pages without anything about a person. operator: versions, lists, mails, experiments. editor: articles.
    auditor: looks at everything, changes nothing.
    """

    VIEWER = "viewer"
    OPERATOR = "operator"
    EDITOR = "editor"
    AUDITOR = "auditor"


EVERYBODY = frozenset(Role)
#: Who may look at one reader; each look is audited.
OF_READERS = frozenset({Role.OPERATOR, Role.EDITOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has logged in. session: what their forms are tied to."""

    name: str
    roles: frozenset[Role]
    session: str

    @property
    def actor(self) -> str:
        """How records name them."""
        return str(Actor(re.sub(r"[/:\s]", "_", self.name) or "unknown"))

    def may(self, roles: Collection[Role]) -> bool:
        """Whether one of these roles is theirs."""
        return bool(self.roles & frozenset(roles))


def roles_of(names: Collection[str]) -> frozenset[Role]:
    """The roles that scopes of a key give; none for a key that does not open the desk. `admin` gives all."""
    if "admin" in names:
        return EVERYBODY
    found = frozenset(role for role in Role if role in names)
    return found | {Role.VIEWER} if found else found


@dataclass(frozen=True, slots=True)
class Seal:
    """Signs what a browser keeps. secret: of this installation."""

    secret: bytes

    @classmethod
    def of(cls, installation_secret: str) -> Self:
        """The desk's own secret, of the installation's."""
        return cls(hmac.digest(installation_secret.encode(), b"desk", "sha256"))

    def session(self, key_id: int, now: datetime) -> str:
        """What the cookie of a log-in holds: the key's number and an end, signed."""
        told = json.dumps({"key_id": key_id, "until": (now + SESSION_TIME).timestamp()}).encode()
        body = base64.urlsafe_b64encode(told).decode()
        return f"{body}.{self._signature('session', body)}"

    def key_id(self, session: str, now: datetime) -> int | None:
        """The number of the key that a session was begun with; None for what is not ours, or is over."""
        body, _, signature = session.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature("session", body).encode()):
            return None
        told = json.loads(base64.urlsafe_b64decode(body))
        return int(told["key_id"]) if told["until"] > now.timestamp() else None

    def form_token(self, person: Person) -> str:
        """What a form of this person has to carry, which no other site can know."""
        return self._signature("form", person.session)

    def is_token(self, person: Person, token: str) -> bool:
        """Whether a form came from a page of theirs."""
        return hmac.compare_digest(token.encode(), self.form_token(person).encode())

    def _signature(self, purpose: str, text: str) -> str:
        return hmac.new(self.secret, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
