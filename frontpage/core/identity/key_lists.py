"""Keys of a setting that lists secrets, so that one can take another's place: the first makes, all are accepted."""

import hashlib
import hmac
from typing import Final, Literal

from pydantic import SecretStr

from frontpage.core.errors import BadInputError
from frontpage.core.settings import Settings

MIN_SECRET_LENGTH: Final = 20
#: The word in a list for the key that an empty one means.
DERIVED: Final = "derived"


def keys_of(
    name: str, listed: SecretStr, settings: Settings, purpose: bytes, digest: Literal["sha256", "sha512"]
) -> tuple[bytes, ...]:
    """Keys of the secrets between commas in the setting called `name`, each as long as the digest.

    Without any, one derived from the pseudonyms' secret for the purpose. Raises BadInputError for a secret that is too
    short to be one.
    """
    derived = hmac.digest(settings.pseudonym_secret.get_secret_value().encode(), purpose, digest)

    def key(entry: str) -> bytes:
        if entry == DERIVED:
            return derived
        if len(entry) < MIN_SECRET_LENGTH:
            raise BadInputError(f"{name} holds a secret shorter than {MIN_SECRET_LENGTH}; lengthen it")
        return hashlib.new(digest, entry.encode()).digest()

    entries = [entry.strip() for entry in listed.get_secret_value().split(",")]
    return tuple(key(entry) for entry in entries if entry) or (derived,)
