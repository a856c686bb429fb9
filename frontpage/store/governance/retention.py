"""What is kept only for a while: deleted in batches, so that neither a lock nor a transaction lasts."""

from datetime import datetime

from frontpage.store.connect import Connection, execute
from frontpage.store.queries import query

#: Rows of one transaction.
BATCH = 50_000
#: Each has its own `frontpage/store/sql/purge_<table>.sql`.
TABLES = (
    "served_list", "list_outcome", "link_click", "event_inbox", "digest_report_inbox", "quarantine", "digest_report",
    "digest_delivery", "execution", "catalogue_row", "catalogue_batch",
)  # fmt: skip


def purge(connection: Connection, table: str, before: datetime, batch: int = BATCH) -> int:
    """Delete what one of TABLES holds from before a moment; how many rows. Killed half-way, the rest goes next time."""
    n_deleted = 0
    while True:
        n = execute(connection, query(f"purge/{table}"), {"before": before, "most": batch})
        n_deleted += n
        if n < batch:
            return n_deleted
