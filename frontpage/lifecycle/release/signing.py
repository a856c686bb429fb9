"""Ed25519 keys of an installation, and what is signed with them (RFC 8032)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from frontpage.core.errors import BadInputError, CheckFailedError
from frontpage.core.settings import Settings

_END = b"-----END PUBLIC KEY-----"


def signing_key_file(settings: Settings) -> Path:
    """Where this installation's private key is; its public one stands beside it, ending in `.pub`."""
    return Path(settings.signing_key_file) if settings.signing_key_file else settings.path("keys", "bundle.pem")


def trusted_keys_file(settings: Settings) -> Path:
    """Where the public keys are whose bundles are taken."""
    if settings.trusted_keys_file:
        return Path(settings.trusted_keys_file)
    return public_key_file(signing_key_file(settings))


def public_key_file(private: Path) -> Path:
    """The public key's file beside a private one's."""
    return private.with_name(f"{private.name}.pub")


def make_key(private: Path) -> str:
    """The id of a new key pair. Raises BadInputError where there is a key: what it signed would be nobody's."""
    if private.exists():
        raise BadInputError(f"{private} holds a key already; move it away, or name another file")
    key = Ed25519PrivateKey.generate()
    private.parent.mkdir(parents=True, exist_ok=True)
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    public = key.public_key()
    public_key_file(private).write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return key_id(public)


def key_id(public: Ed25519PublicKey) -> str:
    """A short name of a key: the beginning of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def signed(content: bytes, private: Path) -> tuple[str, bytes]:
    """The id of the key, and its signature. Raises BadInputError where there is no such key."""
    try:
        key = load_pem_private_key(private.read_bytes(), password=None)
    except OSError as error:
        raise BadInputError(f"{private} holds no key to sign with; make one with `frontpage models key`") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadInputError(f"{private} is no private key in PEM: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInputError(f"{private} is no Ed25519 key; make one with `frontpage models key`")
    return key_id(key.public_key()), key.sign(content)


def require_signature(content: bytes, signature: bytes, trusted: Path) -> str:
    """The id of the trusted key that signed the content.

    Raises BadInputError where the file of trusted keys cannot be read, CheckFailedError where none of them signed.
    """
    keys = _public_keys(trusted)
    for key in keys:
        try:
            key.verify(signature, content)
        except InvalidSignature:
            continue
        return key_id(key)
    known = ", ".join(key_id(key) for key in keys) or "none"
    raise CheckFailedError(
        f"it was changed, or signed by somebody who is not trusted here (trusted: {known}, in {trusted}); nothing was "
        "taken over"
    )


def _public_keys(file: Path) -> list[Ed25519PublicKey]:
    try:
        blocks = [block.strip() for block in file.read_bytes().split(_END) if block.strip()]
        keys = [load_pem_public_key(block + b"\n" + _END + b"\n") for block in blocks]
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise BadInputError(
            f"{file} cannot be read as public keys in PEM ({error}); name the file in FRONTPAGE_TRUSTED_KEYS_FILE"
        ) from error
    return [key for key in keys if isinstance(key, Ed25519PublicKey)]
