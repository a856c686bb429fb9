"""Reports taken in from the mailbox: addresses that are dead or whose reader complained get no mail any more."""

from collections import Counter

from digest.mailbox import new_mails
from digest.reports import Returned, parse_report
from store.connect import Connection
from store.suppressions import Report, delivery_of, note_report


def take_in(connection: Connection, mailbox: str, soft_bounces: int) -> Counter[str]:
    """Take every new mail of a mailbox; how many were `suppressed`, `noted`, `known` before, `foreign` or `other` mail.

    Only a report that names a mail of ours by its Message-ID counts, so nobody can suppress other people's addresses.
    Raises as `new_mails` does.
    """
    outcomes: Counter[str] = Counter()
    for raw in new_mails(mailbox):
        returned = parse_report(raw)
        outcomes["other" if returned is None else _note(connection, returned, soft_bounces)] += 1
    return outcomes


def _note(connection: Connection, returned: Returned, soft_bounces: int) -> str:
    delivery = delivery_of(connection, returned.message_id)
    if delivery is None:
        return "foreign"
    report = Report(returned.fingerprint, returned.kind, *delivery, returned.is_final, returned.detail)
    return note_report(connection, report, soft_bounces)
