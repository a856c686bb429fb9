"""`make proof-pilot-page`: the report of a simulated pilot as a picture, docs/pictures/pilot-report.png, by Chromium.

A newsroom of two weeks; in its second one half of the readers are in a pilot, three in ten of them in the control
group. What a list does to a reader is not in the simulator, so a difference is planted: treated readers read a tenth
longer, a fifth of all are in trial, and of these one in three pays if treated, one in four if not.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import record
from frontpage.core.errors import UnavailableError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.lifecycle.pilot.choose import PilotChoice
from frontpage.steps import extract, pilot, report, simulate
from frontpage.store import migrate, server
from frontpage.store.connect import connect, execute

PICTURE = record.ROOT / "docs" / "pictures" / "pilot-report.png"
N_READERS, N_DAYS, ARTICLES_PER_DAY = 2_000, 14, 200
END = datetime(2026, 3, 15, tzinfo=UTC)
BEGIN = END - timedelta(days=7)
_LONGER = """update read_event set dwell_seconds = dwell_seconds * 1.1
from pilot_reader chosen
where chosen.reader_key = read_event.reader_key and chosen.arm = 'treatment' and occurred_at > %(at)s"""
_TRIALS = """update reader_version told
set trial_started_at = %(at)s - interval '3 days',
    subscribed_at = case when chosen.reader_key / 5 %% (case arm when 'treatment' then 3 else 4 end) = 0
                         then %(at)s + interval '2 days' end
from pilot_reader chosen where chosen.reader_key = told.reader_key and chosen.reader_key %% 5 = 0"""


def main() -> None:
    """Make the newsroom, the report and the picture."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontpage-proof-")))
        folder.chmod(0o755)
        running = server.up(folder / "db")
        stack.callback(server.down, folder / "db")
        migrate.upgrade(running.url("frontpage"))
        settings = Settings(home=folder / "home", database_url=running.url("frontpage"), actor="person:ana")
        page = _report(settings, Params(), folder)
        _picture(page)
    print(PICTURE)  # noqa: T201 - a command


def _report(settings: Settings, params: Params, folder: Path) -> Path:
    simulate.run(
        settings, params, n_readers=N_READERS, n_days=N_DAYS, articles_per_day=ARTICLES_PER_DAY, seed=1, until=END,
        out=folder / "newsroom",
    )  # fmt: skip
    extract.run(settings, params, END, [str(folder / "newsroom")])
    pilot.run(settings, params, PilotChoice(share=0.5), control=0.3, as_of=BEGIN, reason="the first pilot")
    with connect(str(settings.database_url)) as connection:
        for statement in (_LONGER, _TRIALS):
            execute(connection, statement, {"at": BEGIN})
    return Path(report.pilot(settings, params, as_of=END, out=folder / "report").artifact)


def _picture(page: Path) -> None:
    """Raises UnavailableError where there is no Chromium."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise UnavailableError("no chromium here: apt-get install chromium, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 1000, "height": 800})
        shown.goto(page.as_uri())
        shown.screenshot(path=PICTURE, full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
