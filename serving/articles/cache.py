"""What answers say about articles, kept in memory and current to the last change that the database told of."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import asyncpg
import orjson

from frontpage.core import columns as c
from frontpage.store.read.lists import fetch_articles
from serving.articles.schemas import ShownArticle

#: About 100 MB; a national newsroom's lists name a few thousand articles.
MAX_ARTICLES = 200_000
#: The piece of an article that must not be shown.
WITHHELD = b""
_ATTEMPTS = 3
_NAMES = tuple(ShownArticle.model_fields)


class ArticleCache:
    """Encoded articles by id.

    An article that changed is looked up again before it is shown again; while that is not possible it is not shown.
    After the connection that tells of changes was lost, each is looked up again, but `last_known` still holds. A plain
    dict, not an LRU cache: all of it is asked for all the time, and it is put aside as a whole.
    """

    def __init__(self, pool: Callable[[], asyncpg.Pool]) -> None:
        self._pool = pool
        self._known: dict[str, bytes] = {}
        self._outdated: dict[str, bytes] = {}
        #: For each look-up that is under way, the ids that changed since it began; the empty id stands for any.
        self._changed_meanwhile: list[set[str]] = []
        #: Grows with each change, so that what was made from articles can be told to be out of date.
        self.n_changes = 0

    @property
    def known(self) -> dict[str, bytes]:
        """Pieces that are up to date; WITHHELD for articles that must not be shown. Not to be changed."""
        return self._known

    def last_known(self, article_id: str) -> bytes:
        """The piece of an article as it last was, WITHHELD where none is known."""
        if article_id in self._known:
            return self._known[article_id]
        return self._outdated.get(article_id, WITHHELD)

    def is_shown(self, article_id: str) -> bool:
        """Whether the article, as it last was, may be shown."""
        return bool(self.last_known(article_id))

    def invalidate(self, article_id: str) -> None:
        """Forget an article: something about it has changed. The empty id stands for any."""
        if not article_id:
            self.invalidate_all()
            return
        self.n_changes += 1
        self._known.pop(article_id, None)
        self._outdated.pop(article_id, None)
        for changed in self._changed_meanwhile:
            changed.add(article_id)

    def invalidate_all(self) -> None:
        """Look everything up again, since changes may have been missed."""
        self.n_changes += 1
        self._outdated |= self._known
        self._known = {}
        for changed in self._changed_meanwhile:
            changed.add("")

    async def load(self, article_ids: Collection[str]) -> None:
        """Make `known` hold each of these articles; ids of which nothing is stored are withheld.

        Raises UnavailableError where the database does not answer.
        """
        for _ in range(_ATTEMPTS):
            missing = [article_id for article_id in dict.fromkeys(article_ids) if article_id not in self._known]
            if not missing:
                return
            await self._look_up(missing)

    async def _look_up(self, article_ids: list[str]) -> None:
        changed: set[str] = set()
        self._changed_meanwhile.append(changed)
        try:
            rows = await fetch_articles(self._pool(), article_ids)
        finally:
            self._changed_meanwhile = [other for other in self._changed_meanwhile if other is not changed]
        if "" in changed:
            return
        if len(self._known) + len(article_ids) > MAX_ARTICLES:
            self._known, self._outdated = {}, {}
        found = dict.fromkeys(article_ids, WITHHELD) | {row[c.ARTICLE_ID]: _piece(row) for row in rows}
        self._known |= {article_id: piece for article_id, piece in found.items() if article_id not in changed}


def article_piece(article: Mapping[str, Any]) -> bytes:
    """The members of a list's item that come from the article (`ShownArticle`); the object is left open."""
    return orjson.dumps({name: article[name] for name in _NAMES}, option=orjson.OPT_UTC_Z)[:-1]


def _piece(row: asyncpg.Record) -> bytes:
    return article_piece(row) if row["is_live"] else WITHHELD
