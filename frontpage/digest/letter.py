"""The letterhead of an installation: what stands on each of its mails, and the bytes of one reader's mail."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self
from zoneinfo import ZoneInfo

from frontpage.core.identity.links import Kind, Link, link_keys, sign
from frontpage.core.sections.digest import DigestParams
from frontpage.core.settings import Settings
from frontpage.digest.mime import message, sender_domain
from frontpage.digest.render import Mail, Sheet, render
from frontpage.digest.schedule import home_of, zone_of
from frontpage.digest.sign import Signer, signer_of
from frontpage.digest.words import language_of, words_in
from frontpage.store.delivery.digests import Content, Edition, Home


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Sender, where links lead and what signs them. `key` and `signer` hold secrets and are never shown."""

    sender: str
    public_url: str
    params: DigestParams
    key: bytes = field(repr=False)
    signer: Signer | None = field(repr=False)

    @classmethod
    def of(cls, settings: Settings, params: DigestParams) -> Self:
        """The letterhead of these settings.

        Raises BadInputError where sender, link secrets or DKIM key are not usable.
        """
        sender_domain(settings.mail_from)
        key = link_keys(settings)[0]
        return cls(settings.mail_from, settings.public_url.rstrip("/"), params, key, signer_of(settings))

    def mail(self, edition: Edition, reader_key: int, content: Content) -> Mail:
        """What the mail of a reader says, in their language and by their clock; `content` has at least one item."""
        return render(self._sheet(edition, reader_key, content, "article"))

    def sample(self, edition: Edition, content: Content, *, is_marked: bool = False) -> Mail:
        """The same for us to look at: its links lead where they should and count for nobody; marked in the subject."""
        sheet = self._sheet(edition, 0, content, "test")
        mail = render(sheet)
        return replace(mail, subject=f"[{words_in(sheet.language)['test']}] {mail.subject}") if is_marked else mail

    def letter(self, mail: Mail, edition: Edition, recipient: str, message_id: str) -> bytes:
        """The bytes that go to the mail server, signed where a DKIM key is set.

        The same each time, but for the time of a DKIM signature. Raises BadInputError for a bad recipient.
        """
        content = message(mail, self.sender, recipient, message_id, edition.opened_at)
        return self.signer.sign(content) if self.signer else content

    def _sheet(self, edition: Edition, reader_key: int, content: Content, kind: Kind) -> Sheet:
        home = home_of(edition.region, self.params)
        language = language_of(content.language, home.language)
        expires_at = int((edition.as_of + timedelta(days=self.params.link_days)).timestamp())
        base = Link("unsubscribe" if reader_key else "test", edition.edition_id, reader_key, language)
        links = (
            replace(base, kind=kind, position=position, article_id=item.article_id, url=item.url, expires_at=expires_at)
            for position, item in enumerate(content.items, 1)
        )
        return Sheet(
            edition.edition_id, edition.local_day, language, self._zone(edition, content), content.items,
            [f"{self.public_url}/r/{sign(link, self.key)}" for link in links],
            f"{self.public_url}/unsubscribe/{sign(base, self.key)}", content.corrections,
            [
                f"{self.public_url}/report/{sign(replace(base, kind='report', article_id=item.article_id), self.key)}"
                for item in content.items
            ]
            if reader_key
            else [],
        )  # fmt: skip

    def _zone(self, edition: Edition, content: Content) -> ZoneInfo:
        return zone_of(Home(edition.region, content.timezone), self.params)
