"""Sections of params.yaml: data that comes in, how far back it counts, how long it is kept, and its checks."""

from datetime import datetime, timedelta

from pydantic import Field

from frontpage.core.sections.base import Section


class ExtractParams(Section):
    """What an installation knows of its sites' addresses, beside the list of tracking fields that comes with the code.

    A name in any case; `*` at its end stands for any ending.
    """

    tracking_fields: tuple[str, ...] = Field((), description="query fields that say where a click came from")
    page_fields: tuple[str, ...] = Field((), description="query fields that name a page here, whatever the list says")
    held_sources: tuple[str, ...] = Field((), description="sources by name that are held back: bad for now, not gone")


class DataParams(Section):
    """Bounds of the history that a step looks at."""

    max_days: float = Field(120.0, gt=0)
    max_interactions: int = Field(5_000_000, gt=0, description="the newest ones")
    max_unread_days: float = Field(
        14.0,
        gt=0,
        description="an article that nobody read counts if it came so long before the first read that does, or later; "
        "not shorter than lists.max_age_days",
    )

    nobody: tuple[str, ...] = Field(
        (), description="reader ids that are nobody's here, beside `undefined`, `(not set)` and others of a kept list"
    )

    def since(self, as_of: datetime) -> datetime:
        """What happened up to this moment does not count at `as_of`."""
        return as_of - timedelta(days=self.max_days)

    def unread_since(self, as_of: datetime, first_read: datetime | None) -> datetime:
        """Articles that came up to this moment and were not read do not count; `first_read`: the first that does."""
        return max(self.since(as_of), (first_read or as_of) - timedelta(days=self.max_unread_days))


class QualityParams(Section):
    """Limits of the checks on tables and lists; docs/reference/expectations.md says where each one is used."""

    window_days: float = Field(7.0, gt=0, description="rows recorded within this are checked one by one")
    max_rows: int = Field(2_000_000, gt=0, description="of these at most the newest so many")
    min_volume: float = Field(0.25, ge=0, description="a day with a smaller share of what it should bring is stopped")
    low_volume: float = Field(0.5, ge=0, description="a smaller share is worth a warning")
    max_quarantined: float = Field(0.5, gt=0, description="share of a pull; more stops the run")
    max_constant: float = Field(0.5, gt=0, description="share of one dwell time, as the mean over readers")
    max_suspicious: float = Field(0.5, gt=0, description="share of a day's reads, as the mean over its readers")
    max_waived: float = Field(0.03, ge=0, le=1, description="share of places filled with the list rules waived")
    min_full_lists: float = Field(0.98, ge=0, description="share of active readers whose list is as long as it can be")
    pages_kept: int = Field(24, ge=1, description="Data Docs pages kept per boundary")


class RetentionParams(Section):
    """How long what serves no list any more is kept."""

    runs: int = Field(
        72, ge=1, description="runs whose lists are kept, to roll back to and for `why`; hourly ones of three days"
    )
    archive_days: float = Field(
        90.0, ge=0, description="of lists in the archive; 0: none, and lists that are dropped are gone"
    )
    execution_days: float = Field(400.0, gt=0, description="of the record of executions")
    lineage_days: int = Field(30, ge=1, description="of OpenLineage events, of which the graph of an edition is drawn")
    served_list_days: float = Field(90.0, gt=0, description="of lists that were answered, and of their outcomes")
    link_click_days: float = Field(180.0, gt=0, description="of requests of links in mails")
    inbox_days: float = Field(
        30.0, gt=0, description="of events, catalogues, and mails that came back, that nobody took over"
    )
    quarantine_days: float = Field(
        180.0, gt=0, description="of rows that no extract could use, released or not, and of catalogues' batches"
    )
    digest_days: float = Field(400.0, gt=0, description="of deliveries, bounces and complaints")
    erased_file_days: float = Field(
        30.0, gt=0, description="after which a file that holds a forgotten reader and cannot be rewritten is deleted"
    )
    state_days: float = Field(
        30.0, gt=0, description="of states at past moments; a training that looks back further writes them anew"
    )
