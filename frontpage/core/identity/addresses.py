"""Sealed addresses: what the database holds instead of an e-mail address, and what opens only with a key outside it.

AES-SIV (RFC 5297): the same address of the same reader under the same key is the same text, so that a load sees what
changed without opening anything. The reader is part of it: a text that is copied to somebody else's row does not open.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from frontpage.core.errors import BadInputError
from frontpage.core.identity.key_lists import keys_of
from frontpage.core.settings import Settings

_MARK: Final = "sealed:"


class ChangedAddressError(BadInputError):
    """One sealed address is not as it was sealed; the others may be."""


@dataclass(frozen=True, slots=True)
class AddressKeys:
    """The keys of an installation, 64 bytes each: the first seals, all open."""

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Keys of FRONTPAGE_ADDRESS_KEYS; without any, one derived from the pseudonyms' secret.

        Raises BadInputError for a secret that is too short to be one.
        """
        purpose = b"addresses of readers"
        return cls(keys_of("FRONTPAGE_ADDRESS_KEYS", settings.address_keys, settings, purpose, "sha512"))

    @property
    def number(self) -> str:
        """What names the key that seals; nothing can be learnt from it."""
        return _number(self.keys[0])

    @property
    def current(self) -> str:
        """How what the first key sealed begins."""
        return f"{_MARK}{self.number}:"

    def seal(self, address: str, reader_key: int) -> str:
        """The address as the database holds it."""
        sealed = _cipher(self.keys[0]).encrypt(address.encode(), [_owner(reader_key)])
        return self.current + urlsafe_b64encode(sealed).decode()

    def open(self, text: str, reader_key: int) -> str:
        """The address; one that is in clear still, as it is.

        Raises BadInputError where its key is not among ours, ChangedAddressError where it is not as it was sealed.
        """
        if not is_sealed(text):
            return text
        _, number, sealed = text.split(":", 2)
        key = next((key for key in self.keys if _number(key) == number), None)
        if key is None:
            raise BadInputError(
                f"an address was sealed with key {number}, which FRONTPAGE_ADDRESS_KEYS does not hold; add that key"
            )
        try:
            return _cipher(key).decrypt(urlsafe_b64decode(sealed), [_owner(reader_key)]).decode()
        except (InvalidTag, ValueError) as error:
            raise ChangedAddressError("a sealed address was changed, or is another reader's") from error


def is_sealed(text: str) -> bool:
    """Whether a text is no address in clear, which has an @."""
    return text.startswith(_MARK) and "@" not in text


def _owner(reader_key: int) -> bytes:
    return reader_key.to_bytes(8, "big")


@lru_cache(maxsize=16)
def _number(key: bytes) -> str:
    return hashlib.sha256(b"number of a key" + key).hexdigest()[:8]


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESSIV:
    return AESSIV(key)
