"""What answers say about articles, kept in memory and current to the last word from the database."""

from collections.abc import Callable, Collection

import asyncpg

from frontpage.core import columns as c
from frontpage.store.read.lists import fetch_articles
from serving.lists.encoding import article_piece

#: About 100 MB; a national newsroom's lists name a few thousand articles.
LARGEST = 200_000
#: The piece of an article that must not be shown.
WITHHELD = b""
_ATTEMPTS = 3


class Articles:
    """Encoded articles by id.

    An article whose change was heard of is looked up again before it is shown again; while that is not possible it is
    not shown. After a time without word, each is looked up again, but `last_known` still holds.
    """

    def __init__(self, pool: Callable[[], asyncpg.Pool]) -> None:
        self._pool = pool
        self._known: dict[str, bytes] = {}
        self._doubtful: dict[str, bytes] = {}
        #: The ids of which word came during each look-up that is under way.
        self._heard: list[set[str]] = []
        #: Grows with each change, so that what was made from articles can be told to be out of date.
        self.changes = 0

    @property
    def known(self) -> dict[str, bytes]:
        """Pieces that are up to date; WITHHELD for articles that must not be shown. Not to be changed."""
        return self._known

    def last_known(self, article_id: str) -> bytes:
        """The piece of an article as it last was, WITHHELD where none is known."""
        if article_id in self._known:
            return self._known[article_id]
        return self._doubtful.get(article_id, WITHHELD)

    def is_shown(self, article_id: str) -> bool:
        """Whether the article, as it last was, may be shown."""
        return bool(self.last_known(article_id))

    def changed(self, article_id: str) -> None:
        """Forget an article: something about it has changed. The empty id stands for any."""
        self.changes += 1
        if not article_id:
            self.doubt()
            return
        self._known.pop(article_id, None)
        self._doubtful.pop(article_id, None)
        for heard in self._heard:
            heard.add(article_id)

    def doubt(self) -> None:
        """Look everything up again, since changes may have gone unheard."""
        self.changes += 1
        self._doubtful |= self._known
        self._known = {}
        for heard in self._heard:
            heard.add("")

    async def need(self, article_ids: Collection[str]) -> None:
        """Make `known` hold each of these articles; ids of which nothing is stored are withheld.

        Raises UnavailableError where the database does not answer.
        """
        for _ in range(_ATTEMPTS):
            missing = [article_id for article_id in dict.fromkeys(article_ids) if article_id not in self._known]
            if not missing:
                return
            await self._look_up(missing)

    async def _look_up(self, article_ids: list[str]) -> None:
        heard: set[str] = set()
        self._heard.append(heard)
        try:
            rows = await fetch_articles(self._pool(), article_ids)
        finally:
            self._heard = [other for other in self._heard if other is not heard]
        if "" in heard:
            return
        if len(self._known) + len(article_ids) > LARGEST:
            self._known, self._doubtful = {}, {}
        found = dict.fromkeys(article_ids, WITHHELD) | {row[c.ARTICLE_ID]: _piece(row) for row in rows}
        self._known |= {article_id: piece for article_id, piece in found.items() if article_id not in heard}


def _piece(row: asyncpg.Record) -> bytes:
    return article_piece(row) if row["is_live"] else WITHHELD
