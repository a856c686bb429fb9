"""`frontpage rotate-addresses`: every address under the newest key."""

from collections import Counter

from frontpage.core.identity.addresses import AddressKeys, is_sealed
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.store import audit
from frontpage.store.connect import connect, transaction
from frontpage.store.governance import addresses
from frontpage.store.server import database_url


def rotate(settings: Settings, _params: Params, *, reason: str) -> Summary:
    """Seal with the first of FRONTPAGE_ADDRESS_KEYS what is in clear or under another of them: all or nothing.

    The other keys are needed for nothing more then. Raises BadInputError without a reason, for an address whose key is
    not among ours, and for one that was changed.
    """
    keys = AddressKeys.of(settings)
    before: Counter[str] = Counter()
    n_sealed = 0
    with (
        connect(database_url(settings), application="frontpage rotate-addresses") as connection,
        transaction(connection),
    ):
        for block in addresses.due(connection, keys.current):
            before.update("sealed" if is_sealed(text) else "clear" for _, text in block)
            n_sealed += addresses.put(connection, block, [keys.seal(keys.open(text, key), key) for key, text in block])
        after = {"sealed": n_sealed, "key": keys.number}
        audit.record(connection, "addresses rotate", f"key:{keys.number}", str(settings.acting), reason, before, after)
    details = {"were_clear": before["clear"], "were_sealed": before["sealed"], "key": keys.number}
    return Summary("rotate-addresses", before.total(), n_sealed, artifact=f"key:{keys.number}", details=details)
