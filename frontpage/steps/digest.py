"""`frontpage digest`: one mail per reader and local day, when their morning has come."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.identity.addresses import AddressKeys
from frontpage.core.params import Params
from frontpage.core.sections.digest import DigestParams
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.digest.deliver import DeliveryContext, deliver
from frontpage.digest.letter import Letterhead
from frontpage.digest.mime import sender_domain
from frontpage.digest.preview import send_test, write_preview
from frontpage.digest.returns.intake import take_in
from frontpage.digest.returns.mailbox import new_mails
from frontpage.digest.schedule import due_editions
from frontpage.scoring import shown as who
from frontpage.scoring.archive import Archive
from frontpage.store import audit
from frontpage.store.connect import Connection, connect, transaction
from frontpage.store.delivery import digests
from frontpage.store.delivery.clicks import hand_in_clicks
from frontpage.store.delivery.digests import Edition
from frontpage.store.delivery.suppressions import posted_reports
from frontpage.store.governance import retractions
from frontpage.store.locks import exclusive
from frontpage.store.server import digest_url

VARIANT = "champion"


def run(settings: Settings, params: Params, as_of: datetime, *, dry_run: bool = False, test_to: str = "") -> Summary:
    """Take in what came back, open the editions that are due at as_of, send what is waiting of these and of others.

    Who is owed a correction, for what was retracted elsewhere than by `frontpage retract`, is written down before.
    dry_run: only write a page that shows them. test_to: only send one marked mail there. Raises NothingPublishedError
    where there is no list for as_of, UnavailableError where the mail server goes away: the next run goes on from there.
    """
    letterhead = Letterhead.of(settings, params.digest)
    with connect(digest_url(settings)) as connection:
        if dry_run:
            return write_preview(connection, letterhead, as_of, VARIANT, settings.path("digest"))
        if test_to:
            return send_test(connection, letterhead, as_of, VARIANT, settings.smtp_url, test_to)
        with exclusive(connection, "digest"):
            extra = _take_in_bounces(connection, settings, params.digest)
            extra["clicks"] = hand_in_clicks(connection)
            shown = partial(who.shown_to, connection, Archive.of(settings))
            extra["corrections"] = retractions.note_corrections(connection, shown)
            _open(connection, settings, params.digest, as_of)
            summary = _send(connection, settings, letterhead, as_of)
    return replace(summary, details=summary.details | extra)


def stop(settings: Settings, _params: Params, edition_id: str, reason: str = "by hand") -> Summary:
    """Let no further mail of an edition go out, also not of a run that is under way; `all` stops every edition.

    Raises BadInputError where there is no such edition.
    """
    with connect(digest_url(settings)) as connection:
        if edition_id != "all" and not digests.exists(connection, edition_id):
            raise BadInputError(f"there is no edition {edition_id}; the table digest_edition names them")
        with transaction(connection):
            digests.stop(connection, edition_id)
            audit.record(connection, "digest stop", f"edition:{edition_id}", str(settings.acting), reason)
        waiting = digests.close_editions(connection, [edition_id])
    return Summary("digest", artifact=f"edition:{edition_id}", details={"stopped": True, **waiting})


def resume(settings: Settings, _params: Params, edition_id: str, reason: str = "by hand") -> Summary:
    """Let a stopped edition go on with the next run.

    Raises BadInputError where it was not stopped.
    """
    with connect(digest_url(settings)) as connection, transaction(connection):
        if not digests.unstop(connection, edition_id):
            raise BadInputError(f"edition {edition_id} was not stopped; the table digest_stop names what is")
        audit.record(connection, "digest resume", f"edition:{edition_id}", str(settings.acting), reason)
    return Summary("digest", artifact=f"edition:{edition_id}", details={"stopped": False})


def _take_in_bounces(connection: Connection, settings: Settings, params: DigestParams) -> dict[str, object]:
    """What came back since the last run; a mailbox that does not answer is reported and stops no mail."""
    outcomes = take_in(connection, posted_reports(connection), params.soft_bounces)
    try:
        if settings.bounce_mailbox:
            outcomes += take_in(connection, new_mails(settings.bounce_mailbox), params.soft_bounces)
    except UnavailableError:
        return {"bounces": "unavailable"}
    return {"bounces": outcomes.total()} if settings.bounce_mailbox or outcomes else {}


def _open(connection: Connection, settings: Settings, params: DigestParams, as_of: datetime) -> None:
    """Open what is due, all of it or nothing, and give up what is too old."""
    domain = sender_domain(settings.mail_from)
    with transaction(connection):
        run_id = digests.run_for(connection, as_of, VARIANT)
        for due in due_editions(digests.find_subscribers(connection, as_of), as_of, params):
            digests.open_edition(connection, due, as_of, run_id, domain)
        digests.expire(connection, as_of - timedelta(hours=params.expire_hours))


def _send(connection: Connection, settings: Settings, letterhead: Letterhead, as_of: datetime) -> Summary:
    params = letterhead.params
    editions = digests.editions(connection, as_of, as_of - timedelta(hours=params.expire_hours))
    open_ones = [edition for edition in editions if edition.state == "sending" and not edition.is_stopped]
    outcomes: Counter[str] = Counter()
    if open_ones:
        secret = settings.pseudonym_secret.get_secret_value()
        context = DeliveryContext(digest_url(settings), settings.smtp_url, secret, letterhead, AddressKeys.of(settings))
        outcomes = deliver(context, connection, open_ones)
    return _summary(connection, editions, outcomes)


def _summary(connection: Connection, editions: list[Edition], outcomes: Counter[str]) -> Summary:
    ids = [edition.edition_id for edition in editions]
    states = digests.close_editions(connection, ids)
    details = {"editions": len(ids), **states, "put_off": outcomes["put_off"], "stopped": outcomes["stopped"]}
    return Summary(
        "digest",
        rows_in=sum(states.values()),
        rows_out=outcomes["sent"],
        rejected=outcomes["failed"],
        artifact=f"editions:{','.join(ids) or 'none'}",
        details=details,
    )
