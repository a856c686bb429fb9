"""`frontpage materialise`: readers' states of as_of into Feast's online store, for whoever asks for a few by key."""

from datetime import datetime

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.features.feature_store.cutoffs import require_tick
from frontpage.features.feature_store.repository import feature_store, materialise
from frontpage.store.connect import connect
from frontpage.store.server import database_url


def run(settings: Settings, _params: Params, as_of: datetime) -> Summary:
    """The online store at `as_of`; it is left alone where it holds a newer moment.

    No list waits for it: a refresh reads readers, a block at a time, from where `features` wrote them.
    Raises NothingPublishedError where the features of `as_of` were not written.
    """
    url = database_url(settings)
    with connect(url, application="frontpage materialise") as connection:
        require_tick(connection, as_of)
    return Summary("materialise", artifact="feast", details={"online": materialise(feature_store(url), as_of)})
