"""`frontpage outcomes`: lists and mails that were shown, joined with what their readers read next."""

from datetime import datetime

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.store.connect import connect
from frontpage.store.judging import outcomes
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url


def run(settings: Settings, params: Params, as_of: datetime) -> Summary:
    """Rows in: lists, mails and reads that were new; rows out: those that have a place now."""
    with (
        connect(database_url(settings), application="frontpage outcomes") as connection,
        exclusive(connection, "outcomes"),
    ):
        joined = outcomes.join(connection, as_of, params.outcomes)
    n_in = joined.n_lists + joined.n_mails + joined.n_reads
    details = {"lists": joined.n_lists, "mails": joined.n_mails, "reads": joined.n_reads}
    more = {"lists_gone": joined.n_unplaced} if joined.n_unplaced else {}
    return Summary("outcomes", n_in, n_in - joined.n_unplaced, joined.n_unplaced, details=details | more)
