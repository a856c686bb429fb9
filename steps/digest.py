"""`frontpage digest`: one mail per opted-in reader and edition."""

from collections import Counter
from datetime import datetime

from tqdm import tqdm

from core.errors import UnavailableError
from core.params import Params
from core.settings import Settings
from core.summary import Summary
from digest.deliver import deliver
from digest.preview import write_preview
from digest.render import sender_domain
from digest.send import Mailer
from store import digests
from store.connect import Connection, connect
from store.locks import exclusive
from store.server import database_url

VARIANT = "champion"


def run(settings: Settings, _params: Params, as_of: datetime, *, dry_run: bool = False) -> Summary:
    """Send what is still waiting of the edition of as_of's day (UTC); an edition that is sent stays so.

    Raises UnavailableError where the mail server goes away or puts mails off: the next run goes on from there.
    """
    edition_id = f"{as_of:%Y-%m-%d}"
    with connect(database_url(settings)) as connection:
        if dry_run:
            page = settings.path("digest", f"{edition_id}.html")
            n_mails = write_preview(connection, edition_id, as_of, VARIANT, page)
            return Summary("digest", rows_in=n_mails, artifact=str(page), details={"dry_run": True})
        with exclusive(connection, f"digest {edition_id}"):
            return _send(connection, settings, edition_id, as_of)


def _send(connection: Connection, settings: Settings, edition_id: str, as_of: datetime) -> Summary:
    domain = sender_domain(settings.mail_from)
    edition = digests.open_edition(connection, edition_id, as_of, VARIANT, domain)
    if edition is None:
        return Summary("digest", artifact=f"edition:{edition_id}", details={"opted_in": 0})
    outcomes: Counter[str] = Counter()
    if edition.state == "sending":
        with Mailer(settings.smtp_url, settings.mail_from) as mailer, tqdm(desc="mails", disable=None) as bar:
            outcomes = deliver(connection, edition, mailer, bar.update)
    states = digests.close_edition(connection, edition_id)
    if outcomes["put_off"]:
        raise UnavailableError(
            f"the mail server put off {outcomes['put_off']} of {sum(states.values())} mails; run again"
        )
    return Summary(
        "digest",
        rows_in=sum(states.values()),
        rows_out=outcomes["sent"],
        rejected=outcomes["failed"],
        artifact=f"edition:{edition_id}",
        details={"run_id": edition.run_id, **states},
    )
