"""What a row is looked at with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from etl.rows.tracking import KEPT_LIST, TrackingFields
from frontpage.core.identity.addresses import AddressKeys
from frontpage.core.identity.pseudonym import Erased, Pseudonyms
from frontpage.core.params import Params


@dataclass(frozen=True, slots=True)
class RowContext:
    """What a row is looked at with: the question's moment, the installation's pseudonym secret and tracking fields.

    rows_have_time: whether the source says when it learned of a row, or, for files, when the row happened. Rows of
    feeds and of queries without recorded_at were learned of when we asked: they are recorded at as_of.
    nobody: ids, in lower case, that this installation counts among those of nobody.
    addresses: what seals readers' addresses; None where nothing is stored.
    """

    as_of: datetime
    secret: str = field(repr=False)
    rows_have_time: bool = True
    tracking: TrackingFields = KEPT_LIST
    nobody: frozenset[str] = frozenset()
    erased: Mapping[bytes, Erased] = field(default_factory=dict, repr=False)
    addresses: AddressKeys | None = None

    def key(self, reader_id: str) -> int:
        """The pseudonym of a reader."""
        return Pseudonyms(self.secret, self.erased).key(reader_id)

    def sealed(self, address: str | None, reader_key: int) -> str | None:
        """A reader's address as it is stored."""
        return address if address is None or self.addresses is None else self.addresses.seal(address, reader_key)

    @classmethod
    def of(
        cls,
        as_of: datetime,
        secret: str,
        params: Params,
        erased: Mapping[bytes, Erased] | None = None,
        addresses: AddressKeys | None = None,
    ) -> Self:
        """As an installation's parameters have it. erased: what is known of ids that were forgotten."""
        extract = params.extract
        return cls(
            as_of,
            secret,
            tracking=TrackingFields(extract.tracking_fields, extract.page_fields),
            nobody=frozenset(name.strip().lower() for name in params.data.nobody),
            erased=erased or {},
            addresses=addresses,
        )
