"""Links in mails: what they lead to is in the link itself, signed, so that nobody can make one lead elsewhere."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from frontpage.core.identity.key_lists import keys_of
from frontpage.core.settings import Settings

_SIGNATURE_BYTES = 16
_MAX_TOKEN_LENGTH = 4096

Kind = Literal["article", "unsubscribe", "test", "report"]


@dataclass(frozen=True, slots=True)
class Link:
    """A signed link: of which mail, to which place.

    expires_at: seconds since 1970, 0 for never. `position` is 1 for the top article; a `test` link counts for nobody.
    """

    kind: Kind
    edition_id: str
    reader_key: int
    language: str
    position: int = 0
    article_id: str = ""
    url: str = ""
    expires_at: int = 0

    def is_expired(self, now: datetime) -> bool:
        """Whether the link leads nowhere any more."""
        return 0 < self.expires_at <= now.timestamp()


def link_keys(settings: Settings) -> tuple[bytes, ...]:
    """Keys of FRONTPAGE_LINK_SECRETS: the first signs, all are accepted. Without any, one derived from the pseudonyms'.

    Raises BadInputError for a secret that is too short to be one.
    """
    return keys_of("FRONTPAGE_LINK_SECRETS", settings.link_secrets, settings, b"links in mails", "sha256")


def sign(link: Link, key: bytes) -> str:
    """The token of a link, of characters that need no escaping in a URL."""
    facts = [link.kind, link.edition_id, link.reader_key, link.language, link.position, link.article_id, link.url]
    payload = _encode(json.dumps([*facts, link.expires_at], separators=(",", ":"), ensure_ascii=False).encode())
    return f"{payload}.{_encode(_signature(payload, key))}"


def read(token: str, keys: Sequence[bytes]) -> Link | None:
    """The link of a token that one of the keys has signed, expired or not; None for anything else."""
    payload, _, signature = token.partition(".")
    if len(token) > _MAX_TOKEN_LENGTH or not token.isascii():
        return None
    given = signature.encode()
    if sum(hmac.compare_digest(given, _encode(_signature(payload, key)).encode()) for key in keys) == 0:
        return None
    return Link(*json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def _signature(payload: str, key: bytes) -> bytes:
    return hmac.digest(key, payload.encode(), "sha256")[:_SIGNATURE_BYTES]


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
