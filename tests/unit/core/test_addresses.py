"""Sealed addresses."""

import pickle

import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.identity.addresses import AddressKeys, ChangedAddressError, is_sealed
from frontpage.core.settings import Settings

OLD, NEW = "an-old-secret-of-some-length", "a-new-secret-of-some-length"


def keys(secrets: str) -> AddressKeys:
    """Keys of FRONTPAGE_ADDRESS_KEYS."""
    return AddressKeys.of(Settings(address_keys=secrets))


@pytest.mark.parametrize("address", ["ann@mail.example", "jöhn@münchen.example", '"john.doe"@x.example'])
def test_what_was_sealed_opens(address: str):
    """The same text each time, without a part of the address in it; also in another process."""
    ours = pickle.loads(pickle.dumps(keys("")))
    sealed = ours.seal(address, 7)
    assert sealed == keys("").seal(address, 7) != keys("").seal(address, 8)
    assert is_sealed(sealed)
    assert not is_sealed(address)
    assert not any(part in sealed for part in address.split("@"))
    assert keys("").open(sealed, 7) == address


def test_an_address_in_clear_is_what_it_is():
    """Also one that begins like a sealed one."""
    assert keys("").open("sealed:a@mail.example", 7) == "sealed:a@mail.example"


def test_two_keys_while_they_are_changed():
    """The first seals, both open; without the old one the sentence names its number. `derived` names the default."""
    old, both = keys(OLD).seal("ann@mail.example", 7), keys(f"{NEW}, {OLD}")
    assert both.open(old, 7) == "ann@mail.example"
    assert keys(NEW).open(both.seal("ann@mail.example", 7), 7) == "ann@mail.example"
    with pytest.raises(BadInputError, match=f"sealed with key {keys(OLD).number}, which FRONTPAGE_ADDRESS_KEYS"):
        keys(NEW).open(old, 7)
    assert keys(f"{NEW},derived").open(keys("").seal("ann@mail.example", 7), 7) == "ann@mail.example"


def test_a_text_that_was_changed_or_moved_does_not_open():
    """Each character counts, and so does whose row it is."""
    sealed = keys("").seal("ann@mail.example", 7)
    at = sealed.rindex(":") + 4
    for text, owner in ((sealed, 8), (sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :], 7)):
        with pytest.raises(ChangedAddressError):
            keys("").open(text, owner)


def test_a_secret_has_a_length_and_is_not_shown():
    """A word is no secret."""
    with pytest.raises(BadInputError, match="FRONTPAGE_ADDRESS_KEYS holds a secret shorter than 20"):
        keys("short")
    assert OLD not in repr(keys(OLD))
    assert "keys" not in repr(keys(OLD))
