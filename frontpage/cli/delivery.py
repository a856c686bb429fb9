"""Verbs about delivery: the API, the digest and what comes back of it."""

from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import DELIVERY, AsOf, Reason, past, step

app = typer.Typer()


@app.command(rich_help_panel=DELIVERY)
def serve(host: str = "127.0.0.1", port: int = 8000, workers: int = 1) -> None:
    """Serve the published lists over REST."""
    step("serve", host=host, port=port, workers=workers)


@app.command(rich_help_panel=DELIVERY)
def digest(
    as_of: AsOf = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write a preview, send nothing.")] = False,
    test_to: Annotated[str, typer.Option(help="Send one marked mail there, record nothing.")] = "",
    stop: Annotated[str, typer.Option(metavar="EDITION", help="Stop sending an edition, or `all`.")] = "",
    resume: Annotated[str, typer.Option(metavar="EDITION", help="Let a stopped one go on with the next run.")] = "",
    reason: Reason = "by hand",
) -> None:
    """Mail readers their edition of the day.

    Those who want it, once their morning has come.
    """
    if stop or resume:
        step("digest", stop or resume, function="stop" if stop else "resume", reason=reason)
    elif as_of:
        step("digest", past(as_of), dry_run=dry_run, test_to=test_to)
    else:
        raise typer.BadParameter("give --as-of, or --stop or --resume with an edition")


@app.command(rich_help_panel=DELIVERY)
def bounces(
    mailbox: Annotated[str, typer.Option(help="A Maildir folder or imaps:// URL; default the setting.")] = "",
    suppress: Annotated[str, typer.Option(metavar="ADDRESS", help="Only let this address get no more mail.")] = "",
    release: Annotated[str, typer.Option(metavar="ADDRESS", help="Only let this address get mail again.")] = "",
    reason: Reason = "by hand",
) -> None:
    """Take in bounces and complaints.

    Addresses that are dead, or whose reader complained, get no more mail.
    """
    if suppress or release:
        step("bounces", suppress or release, function="set_suppressed", is_suppressed=bool(suppress), reason=reason)
    else:
        step("bounces", mailbox=mailbox)


@app.command("mail-sink", rich_help_panel=DELIVERY)
def mail_sink(out: Path, host: str = "127.0.0.1", port: int = 1025) -> None:
    """Keep mail as files, for development.

    A mail server (SMTP) that sends nothing on.
    """
    step("mail-sink", module="mail_sink", out=out, host=host, port=port)
