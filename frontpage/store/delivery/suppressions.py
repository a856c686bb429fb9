"""Addresses that get no mail any more, as keyed hashes, and the bounces and complaints that put them there."""

from collections.abc import Iterator
from dataclasses import dataclass

from frontpage.store.connect import Connection, execute, fetch_one
from frontpage.store.queries import query


@dataclass(frozen=True, slots=True)
class MailReport:
    """What somebody says of one delivery: it bounced (`is_final`: for good), or its reader complained.

    fingerprint: the same for the same report. detail: without addresses.
    """

    fingerprint: str
    kind: str
    edition_id: str
    reader_key: int
    is_final: bool
    detail: str


def note_report(connection: Connection, report: MailReport, soft_bounces: int) -> str:
    """Keep a report and suppress the address it is about where that is called for.

    `suppressed`, `noted`, or `known` for a report that was kept before.
    """
    given = {
        "fingerprint": report.fingerprint, "kind": report.kind, "edition_id": report.edition_id,
        "reader_key": report.reader_key, "is_final": report.is_final, "detail": report.detail,
        "soft_bounces": soft_bounces,
    }  # fmt: skip
    row = fetch_one(connection, query("digest/bounce"), given)
    if row is None:
        return "known"
    return "suppressed" if row["is_enough"] else "noted"


def posted_reports(connection: Connection) -> Iterator[bytes]:
    """The mails that the API was handed, in the order in which they came.

    One is deleted when the next one is asked for, so one whose taker dies comes again.
    """
    while row := fetch_one(connection, query("inbox/report_next")):
        yield bytes(row["raw"])
        execute(connection, "delete from digest_report_inbox where fingerprint = %s", [row["fingerprint"]])


def delivery_of(connection: Connection, message_id: str) -> tuple[str, int] | None:
    """(edition_id, reader_key) of a mail of ours; None where we never sent one with that Message-ID."""
    row = fetch_one(connection, _DELIVERY, [message_id])
    return (row["edition_id"], row["reader_key"]) if row else None


def suppress(connection: Connection, address_hash: bytes) -> bool:
    """Suppress an address by hand; False where it was already."""
    return execute(connection, _SUPPRESS, [address_hash]) == 1


def release(connection: Connection, address_hash: bytes) -> bool:
    """Let an address have mails again, if its reader wants them; False where it was not suppressed."""
    return execute(connection, "delete from digest_suppression where address_hash = %s", [address_hash]) == 1


def is_suppressed(connection: Connection, address_hash: bytes) -> bool:
    """Whether the address gets no mail."""
    return fetch_one(connection, "select from digest_suppression where address_hash = %s", [address_hash]) is not None


_DELIVERY = "select edition_id, reader_key from digest_delivery where message_id = %s"
_SUPPRESS = """insert into digest_suppression (address_hash, reason) values (%s, 'by hand')
on conflict (address_hash) do nothing"""
