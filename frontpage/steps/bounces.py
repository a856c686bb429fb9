"""`frontpage bounces`: take in what came back, and suppress or release addresses by hand."""

from itertools import chain

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.digest.address import hash_of
from frontpage.digest.returns.intake import take_in
from frontpage.digest.returns.mailbox import new_mails
from frontpage.store import audit
from frontpage.store.connect import connect, transaction
from frontpage.store.delivery.suppressions import posted_reports, release, suppress
from frontpage.store.server import digest_url


def run(settings: Settings, params: Params, mailbox: str = "") -> Summary:
    """Take in what the API was handed, and new mails of the mailbox; by default FRONTPAGE_BOUNCE_MAILBOX, if it is set.

    Raises BadInputError for what is no mailbox, UnavailableError where it does not answer.
    """
    mailbox = mailbox or settings.bounce_mailbox
    with connect(digest_url(settings)) as connection:
        mails = chain(posted_reports(connection), new_mails(mailbox) if mailbox else ())
        outcomes = take_in(connection, mails, params.digest.soft_bounces)
    n_reports = outcomes["suppressed"] + outcomes["noted"] + outcomes["known"]
    n_others = outcomes["foreign"] + outcomes["other"]
    return Summary("bounces", n_reports + n_others, n_reports, n_others, details=dict(outcomes))


def set_suppressed(
    settings: Settings, _params: Params, address: str, *, is_suppressed: bool, reason: str = "by hand"
) -> Summary:
    """Suppress an address by hand, or let it have mails again; the summary does not name it.

    Raises BadInputError where that is so already.
    """
    hashed = hash_of(address, settings.pseudonym_secret.get_secret_value())
    with connect(digest_url(settings)) as connection, transaction(connection):
        if not (suppress if is_suppressed else release)(connection, hashed):
            raise BadInputError(f"that address is {'already' if is_suppressed else 'not'} suppressed")
        action = "address suppress" if is_suppressed else "address release"
        audit.record(connection, action, f"address:{hashed.hex()}", str(settings.acting), reason)
    return Summary("bounces", rows_in=1, rows_out=1, details={"suppressed": is_suppressed})
