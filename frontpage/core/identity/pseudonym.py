"""Pseudonyms: what every table but `reader` and `reader_contact` holds instead of a reader's id or address."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

_MASK_63_BITS = (1 << 63) - 1


def reader_key(reader_id: str, secret: str, generation: int = 0) -> int:
    """A non-negative 63-bit pseudonym, the same for the same id, secret and generation.

    generation: how often the id was forgotten; who comes back is somebody new.

    Keyed BLAKE2b (RFC 7693): without the installation's secret the id cannot be tried out, and workers need no
    look-up. The chance of one collision among 521,000 readers is about 1.5e-8; `reader.reader_key` is unique, so a
    collision stops the load instead of mixing two readers.
    """
    named = reader_id.encode() if generation == 0 else f"{generation}\x00{reader_id}".encode()
    digest = hashlib.blake2b(named, key=secret.encode()[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big") & _MASK_63_BITS


def id_hash(reader_id: str, secret: str) -> bytes:
    """32 bytes that stand for the id of a reader who was forgotten; without the secret it cannot be tried out."""
    return hashlib.blake2b(reader_id.encode(), key=secret.encode()[:64], person=b"erased", digest_size=32).digest()


@dataclass(frozen=True, slots=True)
class Erased:
    """How often an id was forgotten, and when last."""

    generation: int
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The pseudonyms of an installation. erased: what is known of ids that were forgotten, by their hash."""

    secret: str = field(repr=False)
    erased: Mapping[bytes, Erased] = field(default_factory=dict)

    def key(self, reader_id: str) -> int:
        """The pseudonym of a reader."""
        found = self.of_erased(reader_id)
        return reader_key(reader_id, self.secret, found.generation if found else 0)

    def of_erased(self, reader_id: str) -> Erased | None:
        """What is known of an id that was forgotten; None for all others."""
        return self.erased.get(id_hash(reader_id, self.secret)) if self.erased else None


def address_hash(email: str, secret: str) -> bytes:
    """32 bytes that stand for an e-mail address, the same in upper and lower case (digest/address.py: other spellings).

    Keyed, so that nobody without the secret can try addresses out. What is suppressed stays so when its reader is gone.

    >>> address_hash("Ann@mail.example", "secret") == address_hash("ann@mail.example ", "secret")
    True
    """
    spelled = email.strip().lower().encode()
    return hashlib.blake2b(spelled, key=secret.encode()[:64], person=b"address", digest_size=32).digest()


def reader_subject(reader_id: str, secret: str) -> str:
    """How the audit log names a reader: `reader:` and a keyed hash, which is neither the id nor their pseudonym.

    It outlasts the reader's erasure: who has the id and the secret finds the entries, and nobody else.

    >>> reader_subject("ann", "secret") == reader_subject("ann", "secret") != reader_subject("ben", "secret")
    True
    """
    digest = hashlib.blake2b(reader_id.encode(), key=secret.encode()[:64], person=b"audit", digest_size=16)
    return f"reader:{digest.hexdigest()}"


def reporter_of(key: int, secret: str) -> str:
    """How a report of an article names the reader whose pseudonym this is: by a keyed hash of it."""
    digest = hashlib.blake2b(str(key).encode(), key=secret.encode()[:64], person=b"report", digest_size=16)
    return f"reader:{digest.hexdigest()}"
