"""What a refusal means: whether the address is dead, and its words without addresses. Pure."""

import re
from collections.abc import Callable, Iterable
from html import unescape
from urllib.parse import unquote

from frontpage.core.errors import BadInputError
from frontpage.digest.address import Address, unicode_domain

#: RFC 3463: bad mailbox, bad domain, bad syntax, has moved, null MX (RFC 7505), disabled for good.
_DEAD = re.compile(r"\b5\.(1\.(1|2|3|6|10)|2\.1)\b")
_ATOM = r"[^\s<>()\[\],;:\"\\@＠]+"
_LOCAL = rf'(?:\\?"(?:[^"\\\n]|\\[^"]|\\"(?!@))*\\?"|{_ATOM})'
_ADDRESS = re.compile(rf"{_LOCAL}[@＠](?:\[[^\]\s]*\]|{_ATOM}(?<![.!?']))")
#: How servers write an address so that it passes through something: URLs, xtext (RFC 3461), quoted-printable, HTML.
_DECODINGS: tuple[Callable[[str], str], ...] = (
    unquote,
    lambda text: re.sub(r"[+=]([0-9A-Fa-f]{2})", lambda code: chr(int(code[1], 16)), text),
    unescape,
)
_MAX_DETAIL = 300


def is_dead(words: str) -> bool:
    """Whether a status or answer says by its enhanced code that nobody will ever read mail at this address.

    A plain 550 does not: many servers say it of a mail that they take for spam.
    """
    return _DEAD.search(words) is not None


def without_addresses(words: str, *known: str) -> str:
    """The words on one line with `<address>` for every e-mail address; these stand in `reader_contact` only.

    known: addresses that the words are likely to be about, found in further spellings, such as `ann=x.example@...`.
    """
    line = " ".join(words.split())
    for spelling in sorted(_spellings(known), key=len, reverse=True):
        line = re.sub(re.escape(spelling), "<address>", line, flags=re.IGNORECASE)
    line = _ADDRESS.sub("<address>", line)
    line = " ".join(_decoded_without(token) for token in line.split(" "))
    return re.sub(r"<+<address>>+", "<address>", line)[:_MAX_DETAIL]


def _decoded_without(token: str) -> str:
    """The word as it is, unless it holds an address in some encoding."""
    for decode in _DECODINGS:
        replaced, n_found = _ADDRESS.subn("<address>", decode(token))
        if n_found:
            return replaced
    return token


def _spellings(addresses: Iterable[str]) -> set[str]:
    """An address as it is written, with its domain in ASCII and in Unicode, quoted or not, with = for @ (VERP)."""
    found = set()
    for text in addresses:
        written, _, domain = text.strip().rpartition("@")
        if not (written and domain):
            continue
        locals_, domains = {written}, {domain}
        try:
            address = Address.parse(text)
            locals_ |= {address.name, f'"{address.name}"', f'\\"{address.name}\\"'}
            domains |= {address.domain, unicode_domain(address.domain)}
        except BadInputError:
            pass
        found |= {f"{local}{at}{name}" for local in locals_ for at in "@=" for name in domains}
    return found
