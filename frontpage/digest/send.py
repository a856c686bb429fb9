"""Mail over SMTP: one connection for many mails, made anew when it is lost."""

import contextlib
import smtplib
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.digest.address import Address, sender_of
from frontpage.digest.returns.bounces import without_addresses

_TIMEOUT_SECONDS = 30
_ATTEMPTS = 3
_PERMANENT = 500
_LOCAL = ("127.0.0.1", "::1", "localhost")


class RefusedError(Exception):
    """The server said no to this one mail, in words without addresses; `is_final` tells 5xx (never again) from 4xx."""

    def __init__(self, code: int, sentence: str, recipient: str = "") -> None:
        super().__init__(without_addresses(f"{code} {sentence}", recipient))
        self.is_final = code >= _PERMANENT


class UndeliverableError(Exception):
    """This server cannot be told of the address; another one could, so nothing speaks against the address."""


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """A mail server; `scheme` is smtp (STARTTLS where offered) or smtps."""

    scheme: str
    host: str
    port: int
    user: str
    password: str


def parse_smtp_url(url: str) -> SmtpAddress:
    """`smtp://user:password@host:port` taken apart.

    Raises BadInputError for another scheme, or without a host.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadInputError(f"FRONTPAGE_SMTP_URL is not a URL ({error})") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadInputError("FRONTPAGE_SMTP_URL must be smtp://host:port or smtps://host:port")
    default = 465 if parts.scheme == "smtps" else 25
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return SmtpAddress(parts.scheme, parts.hostname, port or default, user, password)


class Mailer:
    """Sends mails of `sender` one after the other; a context manager that keeps its connection."""

    def __init__(self, url: str, sender: str) -> None:
        self._sender = sender_of(sender)[1]
        self._address = parse_smtp_url(url)
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        self._server = self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._server.quit()
        self._close()

    def send(self, recipient: str, content: bytes) -> None:
        """Hand one mail over, byte for byte; it is the server's when this returns.

        A lost connection is made anew and the same mail sent again. Raises RefusedError where the server does not want
        this mail, UndeliverableError where it cannot take such an address, BadInputError where it does not want any
        mail from us or `recipient` is no address, UnavailableError where it has gone away.
        """
        to = Address.parse(recipient)
        options = ("SMTPUTF8",) if to.needs_smtputf8 or self._sender.needs_smtputf8 else ()
        for _ in range(_ATTEMPTS):
            try:
                self._server = self._server or self._connect()
                self._server.sendmail(str(self._sender), [str(to)], content, options)
                return
            except smtplib.SMTPRecipientsRefused as error:
                code, sentence = next(iter(error.recipients.values()))
                raise RefusedError(code, _text(sentence), recipient) from error
            except smtplib.SMTPSenderRefused as error:
                self._refused_sender(error)
            except smtplib.SMTPDataError as error:
                raise RefusedError(error.smtp_code, _text(error.smtp_error), recipient) from error
            except smtplib.SMTPNotSupportedError as error:
                raise UndeliverableError(
                    "the mail server does not offer SMTPUTF8, which an address beyond ASCII before its @ needs"
                ) from error
            except (smtplib.SMTPException, OSError):
                self._close()
        raise UnavailableError(
            f"the mail server at {self._where} breaks off; run this again, it goes on where it stopped"
        )

    @property
    def _where(self) -> str:
        return f"{self._address.host}:{self._address.port}"

    def _refused_sender(self, error: smtplib.SMTPSenderRefused) -> None:
        """A 421 or the like is the connection's end; a 5xx concerns every mail of ours."""
        self._close()
        if error.smtp_code >= _PERMANENT:
            sentence = without_addresses(f"{error.smtp_code} {_text(error.smtp_error)}")
            raise BadInputError(f"the mail server refuses FRONTPAGE_MAIL_FROM ({sentence})") from error

    def _connect(self) -> smtplib.SMTP:
        at = self._address
        kind = smtplib.SMTP_SSL if at.scheme == "smtps" else smtplib.SMTP
        try:
            server = kind(at.host, at.port, timeout=_TIMEOUT_SECONDS)
            self._introduce(server)
        except smtplib.SMTPAuthenticationError as error:
            raise BadInputError("the mail server refuses the user or password of FRONTPAGE_SMTP_URL") from error
        except (smtplib.SMTPException, OSError) as error:
            remedy = "start it, or `frontpage mail-sink`, or set FRONTPAGE_SMTP_URL"
            raise UnavailableError(
                f"the mail server at {self._where} does not answer ({without_addresses(str(error))}); {remedy}"
            ) from error
        return server

    def _introduce(self, server: smtplib.SMTP) -> None:
        at = self._address
        server.ehlo()
        is_encrypted = at.scheme == "smtps"
        if not is_encrypted and server.has_extn("starttls") and at.host not in _LOCAL:
            server.starttls()
            server.ehlo()
            is_encrypted = True
        if not at.user:
            return
        if not is_encrypted and at.host not in _LOCAL:
            raise BadInputError(f"{self._where} offers no encryption; the password of FRONTPAGE_SMTP_URL is not sent")
        server.login(at.user, at.password)

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _text(sentence: bytes | str) -> str:
    return sentence.decode(errors="replace") if isinstance(sentence, bytes) else sentence
