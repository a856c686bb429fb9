"""What a refusal means: whether the address is dead, and its words without addresses. Pure."""

import re

#: RFC 3463: bad mailbox, bad domain, bad syntax, has moved, null MX (RFC 7505), disabled for good.
_DEAD = re.compile(r"\b5\.(1\.(1|2|3|6|10)|2\.1)\b")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+")
_MAX_DETAIL = 300


def is_dead(words: str) -> bool:
    """Whether a status or answer says by its enhanced code that nobody will ever read mail at this address.

    A plain 550 does not: many servers say it of a mail that they take for spam.
    """
    return _DEAD.search(words) is not None


def without_addresses(words: str) -> str:
    """The words on one line with `<address>` for every e-mail address; these stand in `reader_contact` only."""
    return _ADDRESS.sub("<address>", " ".join(words.split())).replace("<<address>>", "<address>")[:_MAX_DETAIL]
