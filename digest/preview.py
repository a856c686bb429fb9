"""What would be sent: a page that shows it, or one marked mail to an address of ours. Nothing is recorded."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import make_msgid
from pathlib import Path

from core.clock import iso
from core.errors import NothingPublishedError
from core.summary import Summary
from digest.letter import Letterhead
from digest.render import Mail, fill, sender_domain
from digest.schedule import due_editions
from digest.send import Mailer
from store import digests
from store.connect import Connection, transaction
from store.digests import Content, DueEdition, Edition

N_READERS = 3
_N_CANDIDATES = 50


def write_preview(
    connection: Connection, letterhead: Letterhead, as_of: datetime, variant: str, folder: Path
) -> Summary:
    """A page with mails of some readers of each edition, without their addresses.

    Where nobody's morning has come, every edition of the day is shown. Raises NothingPublishedError where there is no
    run for `as_of`.
    """
    with transaction(connection):
        editions = _editions(connection, letterhead, as_of, variant)
        shown = [(edition, _mails(connection, letterhead, edition, due)) for edition, due in editions]
    page = folder / f"preview-{as_of:%Y%m%dT%H%M}.html"
    folder.mkdir(parents=True, exist_ok=True)
    page.write_text(fill("preview.html", {"as_of": iso(as_of), "editions": shown}))
    n_mails = sum(len(mails) for _, mails in shown)
    return Summary("digest", rows_in=n_mails, artifact=str(page), details={"dry_run": True, "editions": len(shown)})


def send_test(
    connection: Connection, letterhead: Letterhead, as_of: datetime, variant: str, smtp_url: str, recipient: str
) -> Summary:
    """One mail as a reader would get it, marked as a test, to `recipient`; no delivery is recorded, no click counts.

    Raises NothingPublishedError where no reader has enough to show, BadInputError where the address is none.
    """
    with transaction(connection):
        edition, content = next(_shown(connection, letterhead, as_of, variant), (None, None))
    if edition is None or content is None:
        raise NothingPublishedError(f"no subscriber has a mail for {iso(as_of)} that could be shown; refresh first")
    mail = letterhead.test_mail(edition, content)
    message_id = make_msgid("test", sender_domain(letterhead.sender))
    with Mailer(smtp_url, letterhead.sender) as mailer:
        mailer.send(recipient, letterhead.letter(mail, edition, recipient, message_id))
    return Summary("digest", rows_in=1, rows_out=1, artifact=f"edition:{edition.edition_id}", details={"test": True})


def _shown(
    connection: Connection, letterhead: Letterhead, as_of: datetime, variant: str
) -> Iterator[tuple[Edition, Content]]:
    for edition, due in _editions(connection, letterhead, as_of, variant):
        for content in _contents(connection, letterhead, edition, due).values():
            yield edition, content


def _editions(
    connection: Connection, letterhead: Letterhead, as_of: datetime, variant: str
) -> list[tuple[Edition, DueEdition]]:
    """Editions as they would be opened, with what they are opened from."""
    run_id = digests.run_for(connection, as_of, variant)
    homes = digests.find_subscribers(connection, as_of)
    all_day = letterhead.params.model_copy(update={"send_hour": 0, "last_hour": 23})
    due = due_editions(homes, as_of, letterhead.params) or due_editions(homes, as_of, all_day)
    return [
        (Edition(one.edition_id, one.region, one.local_day, one.due_at, as_of, run_id, "preview", as_of), one)
        for one in due
    ]


def _contents(connection: Connection, letterhead: Letterhead, edition: Edition, due: DueEdition) -> dict[int, Content]:
    """What some subscribers would get, by reader key; those with too little are left out."""
    keys = digests.some_subscribers(connection, due.homes, _N_CANDIDATES)
    found = digests.contents(connection, edition, keys, letterhead.params.max_articles)
    return {key: found[key] for key in keys if len(found[key].items) >= letterhead.params.min_articles}


def _mails(connection: Connection, letterhead: Letterhead, edition: Edition, due: DueEdition) -> list[Mail]:
    contents = _contents(connection, letterhead, edition, due)
    return [letterhead.mail(edition, key, content) for key, content in list(contents.items())[:N_READERS]]
