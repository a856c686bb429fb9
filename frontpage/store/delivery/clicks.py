"""Clicks in mails that become reads: those of people, through the same inbox as every event."""

from frontpage.store.connect import Connection, execute
from frontpage.store.queries import query

#: After this no further click can make a burst of one (serving sees bursts within a second).
SETTLED_SECONDS = 5.0


def hand_in_clicks(connection: Connection) -> int:
    """Hand in what is settled since the last time; how many reads that makes."""
    return execute(connection, query("digest/clicks"), {"settled_seconds": SETTLED_SECONDS})
