"""Pseudonyms: what every table but `reader` and `reader_contact` holds instead of a reader's id or address."""

import hashlib

_MASK_63_BITS = (1 << 63) - 1


def reader_key(reader_id: str, secret: str) -> int:
    """A non-negative 63-bit pseudonym, the same for the same id and secret.

    Keyed BLAKE2b (RFC 7693): without the installation's secret the id cannot be tried out, and workers need no
    look-up. The chance of one collision among 521,000 readers is about 1.5e-8; `reader.reader_key` is unique, so a
    collision stops the load instead of mixing two readers.
    """
    digest = hashlib.blake2b(reader_id.encode(), key=secret.encode()[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big") & _MASK_63_BITS


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
