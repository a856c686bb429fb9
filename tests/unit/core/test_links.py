"""Signed links."""

from datetime import UTC, datetime

import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.identity.links import Link, link_keys, read, sign
from frontpage.core.settings import Settings

LINK = Link("article", "2026-03-01.são.0700", 12345, "pt", 1, "a/1", "https://news.example/?a=1&b=ü", 1_800_000_000)
OLD, NEW = "an-old-secret-of-some-length", "a-new-secret-of-some-length"


def keys(secrets: str) -> tuple[bytes, ...]:
    """Keys of FRONTPAGE_LINK_SECRETS."""
    return link_keys(Settings(link_secrets=secrets))


def test_a_token_gives_the_link_back():
    """Every field, and only characters that need no escaping in a URL."""
    token = sign(LINK, keys("")[0])
    assert read(token, keys("")) == LINK
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_nothing_of_a_token_can_be_changed():
    """Each character belongs to the signature or is under it; the ends of base64 have unused bits, which count too."""
    token = sign(LINK, keys("")[0])
    for at in range(len(token)):
        for other in "Aw9":
            changed = token[:at] + other + token[at + 1 :]
            assert changed == token or read(changed, keys("")) is None


@pytest.mark.parametrize("token", ["", ".", "a.b", "é.é", "x" * 5000, "=.=", "https://evil.example"])
def test_what_is_no_token_is_none(token):
    """Without an error."""
    assert read(token, keys("")) is None


def test_two_secrets_while_keys_are_changed():
    """The first signs, both are accepted; without the old one its links are dead. `derived` names the default."""
    old = sign(LINK, keys(OLD)[0])
    assert read(old, keys(f"{NEW},{OLD}")) == LINK
    assert read(sign(LINK, keys(f"{NEW},{OLD}")[0]), keys(NEW)) == LINK
    assert read(old, keys(NEW)) is None
    assert read(sign(LINK, keys("")[0]), keys(f"{NEW}, derived")) == LINK


def test_a_secret_has_a_length():
    """A word is no secret."""
    with pytest.raises(BadInputError, match="FRONTPAGE_LINK_SECRETS"):
        keys("short")


def test_links_end():
    """At their second; 0 is never."""
    assert not LINK.is_expired(datetime.fromtimestamp(1_799_999_999, UTC))
    assert LINK.is_expired(datetime.fromtimestamp(1_800_000_000, UTC))
    assert not Link("unsubscribe", "e", 1, "en").is_expired(datetime(2100, 1, 1, tzinfo=UTC))
