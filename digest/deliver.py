"""The outbox worked off: each mail is written down as `sending`, handed over, and written down as `sent`.

A process that dies leaves at most one delivery `sending`: the mail may or may not have been taken. It is sent again
with the same Message-ID and the same bytes, so nobody is left out, and a receiver can tell the double.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from functools import partial

from core.errors import BadInputError
from digest.render import message, render
from digest.send import Mailer, RefusedError
from store import digests
from store.connect import Connection
from store.digests import Delivery, DigestItem, Edition

BLOCK = 500
Progress = Callable[[], object]
Note = Callable[[str, str], None]


def deliver(connection: Connection, edition: Edition, mailer: Mailer, progress: Progress) -> Counter[str]:
    """Send what is waiting of an edition; how many deliveries were sent, failed, skipped, put_off."""
    outcomes: Counter[str] = Counter()
    for delivery, items in _waiting(connection, edition):
        note = partial(digests.settle, connection, edition.edition_id, delivery.reader_key)
        outcomes[_settle(edition, delivery, items, mailer, note)] += 1
        progress()
    return outcomes


def _waiting(connection: Connection, edition: Edition) -> Iterator[tuple[Delivery, list[DigestItem]]]:
    after = -1
    while block := digests.waiting(connection, edition.edition_id, after, BLOCK):
        after = block[-1].reader_key
        items = digests.items(connection, edition.run_id, [delivery.reader_key for delivery in block], edition.as_of)
        yield from ((delivery, items.get(delivery.reader_key, [])) for delivery in block)


def _settle(edition: Edition, delivery: Delivery, items: list[DigestItem], mailer: Mailer, note: Note) -> str:
    """Make one delivery, and note what became of it; the outcome."""
    try:
        mail = _mail(edition, delivery, items, mailer.sender)
    except _NotDueError as reason:
        note(reason.state, str(reason))
        return reason.state
    note("sending", "")
    try:
        mailer.send(mail)
    except RefusedError as refused:
        note("failed" if refused.is_final else "pending", str(refused))
        return "failed" if refused.is_final else "put_off"
    note("sent", "sent again after an interruption" if delivery.state == "sending" else "")
    return "sent"


class _NotDueError(Exception):
    """This mail is not to be sent; the delivery is settled as `state`."""

    def __init__(self, state: str, detail: str) -> None:
        super().__init__(detail)
        self.state = state


def _mail(edition: Edition, delivery: Delivery, items: list[DigestItem], sender: str) -> EmailMessage:
    if delivery.email is None:
        raise _NotDueError("skipped", "opted out since the edition was opened")
    if not items:
        raise _NotDueError("skipped", "nothing to show")
    try:
        return message(render(edition, items), sender, delivery.email, delivery.message_id, edition.opened_at)
    except BadInputError as error:
        raise _NotDueError("failed", str(error)) from error
