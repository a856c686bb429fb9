"""Who may call the API."""

import hashlib
import timeit

import pytest
from pydantic import SecretStr

from frontpage.core.errors import BadInputError
from frontpage.core.identity.api_keys import Scope, key_hash, new_key
from frontpage.core.settings import Settings
from frontpage.store.read.keys import StoredKey
from serving.access.keys import KeyRing, settings_keys
from serving.access.security import (
    AuthMiddleware,
    given_key,
    is_loopback,
    needed_scope,
    needs_keys,
    refuse_without_keys,
)

KEY = "a-key-of-more-than-twenty-characters"
OTHER = new_key("another-key-of-more-than-twenty-characters")


def settings(keys: str = "", **fields: str) -> Settings:
    """Settings with these keys."""
    return Settings(api_keys=SecretStr(keys), **fields)


def production(keys: str = "") -> Settings:
    """Settings of an installation that is not for development."""
    return settings(keys, env="production", pseudonym_secret="a-long-secret-of-our-own")


def test_keys_may_be_given_plain_or_hashed():
    """Both ways name the same key, spaces and empty entries do not count, and the key itself is not kept."""
    digest = hashlib.sha256(KEY.encode()).digest()
    keys = settings_keys(settings(f" {KEY} ,, sha256:{digest.hex()}"))
    assert [key.hash for key in keys] == [digest, digest]
    assert KEY not in repr(keys)


def test_a_key_is_known_or_not():
    """Only the whole key opens; the hash itself does not."""
    ring = KeyRing(settings(KEY))
    assert ring.find(key_hash(KEY)) is not None
    digest = key_hash(KEY).hex()
    assert not any(ring.find(key_hash(wrong)) for wrong in ("", KEY[:-1], KEY + " ", digest, "sha256:" + digest))
    assert ring.find(key_hash(KEY)[:8] + bytes(24)) is None


def test_stored_keys_come_and_go_and_those_of_the_settings_stay():
    """A key that is no longer stored no longer opens."""
    ring = KeyRing(settings(KEY))
    assert not ring.is_complete
    ring.replace([StoredKey("app", key_hash(OTHER), frozenset({"read"}), 5)])
    found = ring.find(key_hash(OTHER))
    assert (found.name, found.requests_per_second, ring.is_complete) == ("app", 5, True)
    assert (found.allows(Scope.READ), found.allows(Scope.EVENTS)) == (True, False)
    ring.replace([])
    assert ring.find(key_hash(OTHER)) is None
    assert all(ring.find(key_hash(KEY)).allows(scope) for scope in Scope)


def test_admin_may_everything():
    """The scope includes the others."""
    ring = KeyRing(settings())
    ring.replace([StoredKey("boss", key_hash(OTHER), frozenset({"admin"}), None)])
    assert all(ring.find(key_hash(OTHER)).allows(scope) for scope in Scope)


@pytest.mark.parametrize(
    ("method", "scope"),
    [("GET", "read"), ("HEAD", "read"), ("OPTIONS", "read"), ("POST", "events"), ("PUT", "events")],
)  # fmt: skip
def test_reading_and_sending_are_different_scopes(method, scope):
    """What changes something needs `events`."""
    assert needed_scope(method) == scope


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([(b"x-api-key", b" k1 ")], "k1"),
        ([(b"authorization", b"bearer k2")], "k2"),
        ([(b"authorization", b"Bearer k2"), (b"x-api-key", b"k1")], "k1"),
        ([(b"authorization", b"Basic azI=")], ""),
        ([(b"x-api-key", b"\xff")], "\xff"),
        ([], ""),
    ],
)
def test_where_a_key_may_stand(headers, expected):
    """X-API-Key comes before Authorization: Bearer; other schemes are no key."""
    assert given_key({"headers": headers}) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("10.0.0.1", False), ("example.org", False), ("", False)],
)  # fmt: skip
def test_loopback(host, expected):
    """Only this machine reaches 127/8, ::1 and localhost."""
    assert is_loopback(host) is expected


def test_no_key_is_needed_on_loopback_in_development_only():
    """Anywhere else a key is needed, and without any the refusal names the remedy; keys may also be stored."""
    assert not needs_keys(settings(), "127.0.0.1")
    assert needs_keys(settings(KEY), "127.0.0.1")
    assert needs_keys(production(), "127.0.0.1")
    refuse_without_keys(settings(), "127.0.0.1")
    refuse_without_keys(settings(KEY), "0.0.0.0")
    refuse_without_keys(production(), "0.0.0.0", n_stored_keys=1)
    with pytest.raises(BadInputError, match=r"on 0\.0\.0\.0 without keys; set FRONTPAGE_API_KEYS"):
        refuse_without_keys(settings(), "0.0.0.0")
    with pytest.raises(BadInputError, match=r"FRONTPAGE_ENV=production .* `frontpage key create`"):
        refuse_without_keys(production(), "127.0.0.1")


def test_keys_do_not_show_in_settings():
    """A printed or logged Settings object hides them."""
    assert KEY not in repr(settings(KEY))


async def test_a_known_key_costs_microseconds():
    """A known key is let through in well under a tenth of what a request costs, among a thousand keys."""
    ring = KeyRing(settings(KEY))
    ring.replace([StoredKey(f"k{n}", key_hash(f"k{n}"), frozenset({"read"}), None) for n in range(1000)])
    middleware = AuthMiddleware(lambda *_: None, ring, 0)
    headers = [*[(b"host", b"x")] * 8, (b"x-api-key", KEY.encode())]
    scope = {"method": "GET", "client": ("10.0.0.1", 1), "headers": headers}
    seconds = min(timeit.repeat(lambda: middleware._admit(scope), number=1000, repeat=5)) / 1000
    assert seconds < 50e-6
