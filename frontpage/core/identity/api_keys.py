"""API keys: how one looks, what it may do, and the hash that is kept of it."""

import hashlib
from enum import StrEnum
from typing import Final

PREFIX: Final = "fp_"


class Scope(StrEnum):
    """What a key may do, at the API (read, events, catalogue, editor), at the desk (viewer, operator, editor, auditor).

    `admin` includes the others.
    """

    READ = "read"
    EVENTS = "events"
    CATALOGUE = "catalogue"
    VIEWER = "viewer"
    OPERATOR = "operator"
    EDITOR = "editor"
    AUDITOR = "auditor"
    ADMIN = "admin"


def new_key(secret: str) -> str:
    """A key made of a long random text; the prefix lets scanners of repositories and logs recognise it."""
    return PREFIX + secret


def key_hash(key: str) -> bytes:
    """SHA-256 of a key: keys are long and random, so a slow hash would protect nothing more."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
