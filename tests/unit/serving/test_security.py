"""Who may read."""

import hashlib

import pytest
from pydantic import SecretStr

from core.errors import BadInputError
from core.settings import Settings
from serving.security import is_known, is_loopback, key_hashes, refuse_open_door

KEY = "a-key-of-more-than-twenty-characters"


def settings(keys: str = "", **fields: str) -> Settings:
    """Settings with these keys."""
    return Settings(api_keys=SecretStr(keys), **fields)


def test_keys_may_be_given_plain_or_hashed():
    """Both ways name the same key, spaces and empty entries do not count, and the key itself is not kept."""
    digest = hashlib.sha256(KEY.encode()).digest()
    assert key_hashes(settings(f" {KEY} ,, sha256:{digest.hex()}")) == (digest, digest)


def test_a_key_is_known_or_not():
    """Only the whole key opens; the hash itself does not."""
    hashes = key_hashes(settings(KEY))
    assert is_known(KEY, hashes)
    assert not any(
        is_known(wrong, hashes) for wrong in ("", KEY[:-1], KEY + " ", hashes[0].hex(), "sha256:" + hashes[0].hex())
    )


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("10.0.0.1", False), ("example.org", False), ("", False)],
)  # fmt: skip
def test_loopback(host, expected):
    """Only this machine reaches 127/8, ::1 and localhost."""
    assert is_loopback(host) is expected


def test_no_key_is_needed_on_loopback_in_development_only():
    """Anywhere else the refusal names the setting; with a key every host is fine."""
    refuse_open_door(settings(), "127.0.0.1")
    refuse_open_door(settings(KEY), "0.0.0.0")
    with pytest.raises(BadInputError, match=r"on 0\.0\.0\.0 without keys; set FRONTPAGE_API_KEYS"):
        refuse_open_door(settings(), "0.0.0.0")
    with pytest.raises(BadInputError, match="FRONTPAGE_ENV=production"):
        refuse_open_door(settings(env="production", pseudonym_secret="a-long-secret-of-our-own"), "127.0.0.1")


def test_keys_do_not_show_in_settings():
    """A printed or logged Settings object hides them."""
    assert KEY not in repr(settings(KEY))
