"""DKIM signatures (RFC 6376), so that receivers can tell that a mail is ours and unchanged."""

from dataclasses import dataclass, field
from pathlib import Path

import dkim

from frontpage.core.errors import BadInputError
from frontpage.core.settings import Settings
from frontpage.digest.mime import sender_domain

#: What must not be changed on the way; RFC 8058 asks for the two List-Unsubscribe headers. From and Subject are named
#: twice, so that a second one cannot be added.
_SIGNED = (
    *("From", "From", "Subject", "Subject", "To", "Date", "Message-ID", "MIME-Version", "Content-Type"),
    *("List-ID", "List-Unsubscribe", "List-Unsubscribe-Post"),
)


@dataclass(frozen=True, slots=True)
class Signer:
    """A domain's key under a selector."""

    selector: str
    domain: str
    key: bytes = field(repr=False)

    def sign(self, content: bytes) -> bytes:
        """The mail with a DKIM-Signature in front.

        Raises BadInputError where the key cannot sign.
        """
        headers = [name.encode() for name in _SIGNED]
        try:
            signature: bytes = dkim.sign(
                content, self.selector.encode(), self.domain.encode(), self.key,
                canonicalize=(b"relaxed", b"relaxed"), include_headers=headers,
            )  # fmt: skip
        except dkim.DKIMException as error:
            raise BadInputError(
                f"FRONTPAGE_DKIM_KEY_FILE holds no key that can sign ({error}); give a PEM file"
            ) from error
        return signature + content


def signer_of(settings: Settings) -> Signer | None:
    """The signer that the settings describe; None where no key file is set.

    Raises BadInputError where the file cannot be read or holds no usable key.
    """
    if not settings.dkim_key_file:
        return None
    try:
        key = Path(settings.dkim_key_file).read_bytes()
    except OSError as error:
        raise BadInputError(
            f"FRONTPAGE_DKIM_KEY_FILE {settings.dkim_key_file} cannot be read ({error.strerror}); name a PEM file"
        ) from error
    signer = Signer(settings.dkim_selector, settings.dkim_domain or sender_domain(settings.mail_from), key)
    signer.sign(b"From: a@b.example\r\n\r\n")  # so that a wrong key ends the run before its first mail
    return signer
