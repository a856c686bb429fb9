"""What would be sent: a page that shows it, and what is new in it, or one marked mail. Nothing is recorded."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import make_msgid
from pathlib import Path

from frontpage.core.clock import iso
from frontpage.core.errors import NothingPublishedError
from frontpage.core.summary import Summary
from frontpage.digest.address import one_line
from frontpage.digest.letter import Letterhead
from frontpage.digest.mime import sender_domain
from frontpage.digest.render import Mail, fill
from frontpage.digest.schedule import due_editions
from frontpage.digest.send import Mailer
from frontpage.store.connect import Connection, transaction
from frontpage.store.delivery import digests
from frontpage.store.delivery.digests import Content, DueEdition, Edition, LastContent

N_READERS = 3
#: Shares of articles are those among at most so many mails.
N_SAMPLE = 200
N_CHANGES = 12


@dataclass(frozen=True, slots=True)
class PreviewChange:
    """An article's share of the mails now and in the region's last edition, 0 to 1."""

    title: str
    share: float
    last_share: float

    @property
    def kind(self) -> str:
        """`new`, `gone` or `stays`."""
        return "new" if not self.last_share else "stays" if self.share else "gone"


@dataclass(frozen=True, slots=True)
class Preview:
    """One edition as it would be: some of its mails, and what is different from the last one."""

    edition: Edition
    mails: list[Mail]
    last_edition_id: str
    changes: list[PreviewChange]


def write_preview(
    connection: Connection, letterhead: Letterhead, as_of: datetime, variant: str, folder: Path
) -> Summary:
    """A page with mails of some readers of each edition, without their addresses.

    Where nobody's morning has come, every edition of the day is shown. Raises NothingPublishedError where there is no
    run for `as_of`.
    """
    text, shown = preview_page(connection, letterhead, as_of, variant)
    page = folder / f"preview-{as_of:%Y%m%dT%H%M}.html"
    folder.mkdir(parents=True, exist_ok=True)
    page.write_text(text)
    n_mails = sum(len(preview.mails) for preview in shown)
    return Summary("digest", rows_in=n_mails, artifact=str(page), details={"dry_run": True, "editions": len(shown)})


def preview_page(
    connection: Connection, letterhead: Letterhead, as_of: datetime, variant: str
) -> tuple[str, list[Preview]]:
    """The page as HTML, and what it shows. Raises NothingPublishedError where there is no run for `as_of`."""
    with transaction(connection):
        editions = _editions(connection, letterhead, as_of, variant)
        shown = [_preview(connection, letterhead, edition, due) for edition, due in editions]
    return fill("preview.html", {"as_of": iso(as_of), "previews": shown}), shown


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
    mail = letterhead.sample(edition, content, is_marked=True)
    message_id = make_msgid("test", sender_domain(letterhead.sender))
    with Mailer(smtp_url, letterhead.sender) as mailer:
        mailer.send(recipient, letterhead.letter(mail, edition, recipient, message_id))
    return Summary("digest", rows_in=1, rows_out=1, artifact=f"edition:{edition.edition_id}", details={"test": True})


def _shown(
    connection: Connection, letterhead: Letterhead, as_of: datetime, variant: str
) -> Iterator[tuple[Edition, Content]]:
    for edition, due in _editions(connection, letterhead, as_of, variant):
        for content in _contents(connection, letterhead, edition, due):
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


def _contents(connection: Connection, letterhead: Letterhead, edition: Edition, due: DueEdition) -> list[Content]:
    """What some subscribers would get; those with too little are left out."""
    keys = digests.some_subscribers(connection, due.homes, N_SAMPLE)
    found = digests.contents(connection, edition, keys, letterhead.params.max_articles)
    return [found[key] for key in keys if len(found[key].items) >= letterhead.params.min_articles]


def _preview(connection: Connection, letterhead: Letterhead, edition: Edition, due: DueEdition) -> Preview:
    contents = _contents(connection, letterhead, edition, due)
    mails = [letterhead.sample(edition, content) for content in contents[:N_READERS]]
    last = digests.last_contents(connection, edition.region, edition.as_of)
    last_edition_id = last[0].edition_id if last else ""
    return Preview(edition, mails, last_edition_id, changes(contents, last))


def changes(contents: Sequence[Content], last: Sequence[LastContent]) -> list[PreviewChange]:
    """Articles now or last time, those that most mails hold or held first; at most N_CHANGES."""
    items = [item for content in contents for item in content.items]
    shares = {name: n / len(contents) for name, n in Counter(item.article_id for item in items).items()}
    titles = {row.article_id: row.title for row in last} | {item.article_id: item.title for item in items}
    last_shares = {row.article_id: row.share for row in last}
    found = [
        PreviewChange(one_line(title), shares.get(name, 0.0), last_shares.get(name, 0.0))
        for name, title in titles.items()
    ]
    return sorted(found, key=lambda change: (-max(change.share, change.last_share), change.title))[:N_CHANGES]
