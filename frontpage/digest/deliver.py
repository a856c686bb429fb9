"""The outbox worked off by several connections: each mail is written down as `sending`, handed over, and written down
as `sent`.

A process that dies leaves at most one delivery per connection `sending`: the mail may or may not have been taken. It is
sent again with the same Message-ID, so nobody is left out, and a receiver can tell the double.
"""

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from frontpage.core.errors import FrontpageError
from frontpage.core.identity.addresses import AddressKeys, ChangedAddressError
from frontpage.core.progress import report_progress
from frontpage.core.sections.digest import DigestParams
from frontpage.digest.address import hash_of
from frontpage.digest.lanes import Job, Lanes
from frontpage.digest.letter import Letterhead
from frontpage.digest.returns.bounces import is_dead
from frontpage.digest.send import Mailer, RefusedError, UndeliverableError
from frontpage.store.connect import Connection, connect
from frontpage.store.delivery import digests
from frontpage.store.delivery.digests import Content, Edition, Recipient
from frontpage.store.delivery.suppressions import MailReport, is_suppressed, note_report

#: Lists are read for so many readers at once.
BLOCK = 100
#: How often somebody looks whether an edition has been stopped; each mail asks again before it goes.
_LOOK_SECONDS = 0.5
_STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """Where deliveries are made: database, mail server, letterhead, secret of address hashes, keys of addresses."""

    database_url: str = field(repr=False)
    smtp_url: str = field(repr=False)
    secret: str = field(repr=False)
    letterhead: Letterhead
    addresses: AddressKeys

    @property
    def params(self) -> DigestParams:
        """Limits of the digest."""
        return self.letterhead.params


def deliver(context: DeliveryContext, connection: Connection, editions: Sequence[Edition]) -> Counter[str]:
    """Send what may go now of some editions; how many deliveries were sent, failed, skipped, put_off, stopped.

    Returns when all is done, or after `max_minutes`: the next call goes on. Raises what ended the first connection that
    failed, after the others have finished the mail they were at.
    """
    jobs = [
        Job(edition.edition_id, reader_key, _domain(context.addresses, sealed, reader_key))
        for edition in editions
        for reader_key, sealed in digests.waiting(connection, edition.edition_id)
    ]
    shift = _Shift(context, {edition.edition_id: edition for edition in editions}, jobs)
    report_progress("mails", 0, len(jobs))
    with ExitStack() as ended:
        ended.callback(shift.end)
        workers = [threading.Thread(target=shift.work) for _ in range(min(context.params.connections, len(jobs)))]
        for worker in workers:
            worker.start()
        while any(worker.is_alive() for worker in workers):
            next((worker for worker in workers if worker.is_alive()), workers[0]).join(_LOOK_SECONDS)
            shift.drop({name for name in shift.editions if digests.is_stopped(connection, name)})
    if shift.failure:
        raise shift.failure
    return shift.outcomes


def _domain(keys: AddressKeys, sealed: str | None, reader_key: int) -> str:
    """Where the mail goes; '' for an unknown address, and for a changed one, whose own delivery says so."""
    try:
        return "" if sealed is None else keys.open(sealed, reader_key).rpartition("@")[2].lower()
    except ChangedAddressError:
        return ""


class _Shift:
    """What the workers of one run share; everything but the sending itself is done under one lock."""

    def __init__(self, context: DeliveryContext, editions: Mapping[str, Edition], jobs: Sequence[Job]) -> None:
        self.editions = editions
        self.outcomes: Counter[str] = Counter()
        self.failure: BaseException | None = None
        self._context = context
        self._lanes = Lanes(jobs, context.params.rates)
        self._n_jobs = len(jobs)
        self._contents: dict[tuple[str, int], Content] = {}
        self._changed = threading.Condition()
        self._loading = threading.Lock()
        self._ends_at = time.monotonic() + context.params.max_minutes * 60

    def work(self) -> None:
        """Make deliveries over one connection until none is left."""
        try:
            with (
                connect(self._context.database_url, application="frontpage digest") as connection,
                Mailer(self._context.smtp_url, self._context.letterhead.sender) as mailer,
            ):
                while (job := self._take()) is not None:
                    outcome = self._deliver(connection, mailer, job)
                    self._done(job, outcome)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, which raises it
            with self._changed:
                self.failure = self.failure or error
            self.end()

    def end(self) -> None:
        """Let nobody take another job."""
        self.drop(set(self.editions))

    def drop(self, edition_ids: set[str]) -> None:
        """Take no further job of these editions."""
        with self._changed:
            self._lanes.drop(lambda job: job.edition_id in edition_ids)
            self._changed.notify_all()

    def _take(self) -> Job | None:
        """The next job, waited for as long as the rates ask."""
        with self._changed:
            while (taken := self._lanes.take(time.monotonic())) is not None and time.monotonic() < self._ends_at:
                if isinstance(taken, Job):
                    return taken
                self._changed.wait(min(taken, _LOOK_SECONDS))
        return None

    def _done(self, job: Job, outcome: str) -> None:
        with self._changed:
            self._lanes.done(job)
            self.outcomes[outcome] += 1
            report_progress("mails", self.outcomes.total(), self._n_jobs)
            self._changed.notify_all()

    def _content(self, connection: Connection, job: Job) -> Content:
        """What the mail holds; read for the readers that come next, too."""
        edition, mine = self.editions[job.edition_id], (job.edition_id, job.reader_key)
        with self._loading:
            if mine not in self._contents:
                with self._changed:
                    keys = [job.reader_key, *self._lanes.ahead(job, BLOCK - 1)]
                found = digests.contents(connection, edition, keys, self._context.params.max_articles)
                self._contents |= {(job.edition_id, key): content for key, content in found.items()}
            return self._contents.pop(mine)

    def _deliver(self, connection: Connection, mailer: Mailer, job: Job) -> str:
        delivery = _Delivery(self._context, connection, self.editions[job.edition_id], job.reader_key)
        return delivery.make(mailer, self._content(connection, job))


class _Delivery:
    """One mail on its way from owed to settled."""

    def __init__(self, context: DeliveryContext, connection: Connection, edition: Edition, reader_key: int) -> None:
        self._context = context
        self._connection = connection
        self._edition = edition
        self._reader_key = reader_key

    def make(self, mailer: Mailer, content: Content) -> str:
        """Settle the delivery; the outcome."""
        to = digests.recipient(self._connection, self._edition.edition_id, self._reader_key)
        if to.email is None:
            return self._settle("skipped", "does not want it any more")
        if len(content.items) < self._context.params.min_articles:
            return self._settle("skipped", f"only {len(content.items)} fresh articles")
        try:
            to = replace(to, email=self._context.addresses.open(to.email, self._reader_key))
            letter = self._letter(to, content)
        except FrontpageError as error:
            return self._settle("failed", str(error))
        return self._submit(mailer, to, letter, content)

    def _letter(self, to: Recipient, content: Content) -> bytes:
        letterhead = self._context.letterhead
        assert to.email is not None, "checked before"
        mail = letterhead.mail(self._edition, self._reader_key, content)
        return letterhead.letter(mail, self._edition, to.email, to.message_id)

    def _submit(self, mailer: Mailer, to: Recipient, letter: bytes, content: Content) -> str:
        assert to.email is not None, "checked before"
        hashed, ids = hash_of(to.email, self._context.secret), [item.article_id for item in content.items]
        if not digests.claim(self._connection, self._edition.edition_id, self._reader_key, ids, hashed):
            if is_suppressed(self._connection, hashed):
                return self._settle("skipped", "address suppressed")
            return self._again(mailer, content)
        digests.corrected(self._connection, self._edition.edition_id, self._reader_key, content)
        try:
            mailer.send(to.email, letter)
        except RefusedError as refused:
            return self._refused(refused, to)
        except UndeliverableError as error:
            return self._settle("failed", str(error))
        return self._settle("sent", "sent again after an interruption" if to.state == "sending" else "")

    def _again(self, mailer: Mailer, content: Content) -> str:
        """Write the mail anew where one of its articles has been retracted since it was read."""
        n_articles = self._context.params.max_articles
        found = digests.contents(self._connection, self._edition, [self._reader_key], n_articles)[self._reader_key]
        return _STOPPED if found.items == content.items else self.make(mailer, found)

    def _refused(self, refused: RefusedError, to: Recipient) -> str:
        params, attempt = self._context.params, to.attempts + 1
        if refused.is_final:
            report = MailReport(
                f"smtp {to.message_id}", "bounce", self._edition.edition_id, self._reader_key, is_dead(str(refused)),
                str(refused),
            )  # fmt: skip
            note_report(self._connection, report, params.soft_bounces)
            return self._settle("failed", str(refused))
        if attempt >= params.max_attempts:
            return self._settle("failed", f"given up after {attempt} attempts: {refused}")
        self._settle("pending", str(refused), params.retry_minutes * 2 ** (attempt - 1))
        return "put_off"

    def _settle(self, state: str, detail: str, wait_minutes: float = 0) -> str:
        digests.settle(self._connection, self._edition.edition_id, self._reader_key, state, detail, wait_minutes)
        return state
