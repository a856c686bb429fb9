"""Reports taken in: addresses that are dead or whose reader complained get no mail any more."""

from collections import Counter
from collections.abc import Iterable

from frontpage.digest.returns.reports import Returned, parse_report
from frontpage.store.connect import Connection
from frontpage.store.delivery.suppressions import MailReport, delivery_of, note_report


def take_in(connection: Connection, mails: Iterable[bytes], soft_bounces: int) -> Counter[str]:
    """Take each of the mails; how many were `suppressed`, `noted`, `known` before, `foreign` or `other` mail.

    Only a report that names a mail of ours by its Message-ID counts, so nobody can suppress other people's addresses.
    """
    outcomes: Counter[str] = Counter()
    for raw in mails:
        returned = parse_report(raw)
        outcomes["other" if returned is None else _note(connection, returned, soft_bounces)] += 1
    return outcomes


def _note(connection: Connection, returned: Returned, soft_bounces: int) -> str:
    delivery = delivery_of(connection, returned.message_id)
    if delivery is None:
        return "foreign"
    report = MailReport(returned.fingerprint, returned.kind, *delivery, returned.is_final, returned.detail)
    return note_report(connection, report, soft_bounces)
