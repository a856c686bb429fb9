"""E-mail addresses: what goes to a mail server, and one spelling of each to know it again by. Pure."""

import re
from dataclasses import dataclass
from typing import Self
from unicodedata import category, normalize

import idna

from frontpage.core.errors import BadInputError
from frontpage.core.identity.pseudonym import address_hash

#: RFC 5322, with RFC 6532's characters beyond ASCII.
_ATOMS = re.compile(r"[^\s\x00-\x20\x7f()<>\[\]:;@\\,.\"]+(\.[^\s\x00-\x20\x7f()<>\[\]:;@\\,.\"]+)*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NAMED = re.compile(r"(.*?) ?<([^<>]*)>")
_LITERAL = re.compile(r"\[[0-9A-Za-z.:]+\]")
_NOT_PRINTED = ("Cc", "Cs", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: `local` as its owner spells it, `domain` in ASCII (IDNA 2008) and lower case."""

    local: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address taken apart.

        Raises BadInputError for what is not one address; the sentence does not show it.

        >>> str(Address.parse("Ann@Bücher.example"))
        'Ann@xn--bcher-kva.example'
        """
        local, _, domain = normalize("NFC", text.strip()).rpartition("@")
        if not (_ATOMS.fullmatch(local) or _QUOTED.fullmatch(local)) or any(map(_is_not_printed, local)):
            raise BadInputError("not an e-mail address")
        return cls(local, ascii_domain(domain))

    def __str__(self) -> str:
        """As it goes to the mail server and into the headers."""
        return f"{self.local}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a server that offers this extension can be told of it."""
        return not self.local.isascii()

    @property
    def name(self) -> str:
        """The local part without quotes."""
        return re.sub(r"\\(.)", r"\1", self.local[1:-1]) if self.local.startswith('"') else self.local


def ascii_domain(domain: str) -> str:
    """A domain as DNS knows it: `xn--mnchen-3ya.example` for `münchen.example`.

    Raises BadInputError for what cannot be one.
    """
    if _LITERAL.fullmatch(domain):
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode() if not domain.isascii() else _plain_domain(domain)
    except idna.IDNAError as error:
        raise BadInputError("not an e-mail address") from error


def unicode_domain(domain: str) -> str:
    """The domain of an Address as people read it; as it is where it is no name."""
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


def hash_of(text: str, secret: str) -> bytes:
    """The keyed hash of an address, the same however its domain is spelled, quotes are put, and in any case.

    What is no address has a hash as well. Domains are spelled in Unicode here, as hashes have always been made.
    """
    try:
        address = Address.parse(text)
    except BadInputError:
        return address_hash(text, secret)
    return address_hash(f"{address.name}@{unicode_domain(address.domain)}", secret)


def sender_of(mail_from: str) -> tuple[str, Address]:
    """(name, address) of `Name <user@domain>`; the name is on one line.

    Raises BadInputError where there is no address.
    """
    text = one_line(mail_from)
    named = _NAMED.fullmatch(text)
    name, spec = named.groups() if named else ("", text)
    try:
        return re.sub(r"\\(.)", r"\1", name[1:-1]) if _QUOTED.fullmatch(name) else name, Address.parse(spec)
    except BadInputError as error:
        raise BadInputError(
            f"FRONTPAGE_MAIL_FROM {mail_from!r} is no address; write it like `Frontpage <digest@example.org>`"
        ) from error


def one_line(text: str) -> str:
    """No line breaks or other control characters, which have no place in a header or a heading."""
    return " ".join("".join(" " if _is_not_printed(char) else char for char in text).split())


def _is_not_printed(char: str) -> bool:
    return category(char) in _NOT_PRINTED


def _plain_domain(domain: str) -> str:
    """An ASCII domain, whose names may hold what IDNA forbids, such as an underscore."""
    names = domain.removesuffix(".").lower().split(".")
    if not all(re.fullmatch(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", name) for name in names):
        raise BadInputError("not an e-mail address")
    return ".".join(names)
