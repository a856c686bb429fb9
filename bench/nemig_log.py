"""NeMig's lists and histories as arrays. What the import leaves out, because it has no times, is read from the file."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from frontpage.core import columns as c
from frontpage.features.grouping import Ints

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "nemig_en"


@dataclass(frozen=True, slots=True)
class Log:
    """Lists in which one article was clicked and another was not, list after list.

    articles: title, summary and publisher by article code; `day` is the day each came out, as an ordinal.
    article, clicked [pair]; sizes, reader [list]; history [list, article]: 1 where the reader had read it.
    """

    articles: pd.DataFrame
    day: Ints
    article: Ints
    clicked: Ints
    sizes: Ints
    reader: Ints
    history: csr_matrix

    @property
    def list_of(self) -> Ints:
        """The list of each pair."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


def load(folder: Path = FOLDER) -> Log:
    """The log, ordered by reader as in the file; lists without a click, or of one article, are left out."""
    with gzip.open(folder / "articles.csv.gz", "rt", encoding="utf-8") as file:
        articles = pd.DataFrame(list(csv.DictReader(file))).sort_values("news_id", ignore_index=True)
    code = {article: at for at, article in enumerate(articles["news_id"])}
    rows = [row for row in _lists(folder, code) if 0 < sum(row[3]) < len(row[3])]
    lengths = [len(row[1]) for row in rows]
    read = np.array([article for row in rows for article in row[1]], dtype=np.int64)
    shape = (len(rows), len(articles))
    history = csr_matrix((np.ones(len(read)), (np.repeat(np.arange(len(rows)), lengths), read)), shape=shape)
    return Log(
        articles=_described(articles),
        day=_days(articles),
        article=np.array([article for row in rows for article in row[2]], dtype=np.int64),
        clicked=np.array([click for row in rows for click in row[3]], dtype=np.int64),
        sizes=np.array([len(row[2]) for row in rows], dtype=np.int64),
        reader=np.unique([row[0] for row in rows], return_inverse=True)[1].astype(np.int64),
        history=history,
    )


def _lists(folder: Path, code: dict[str, int]) -> Iterator[tuple[str, list[int], list[int], list[int]]]:
    """Reader, codes of the history, codes of the candidates, clicks."""
    with gzip.open(folder / "behaviors.tsv.gz", "rt", encoding="utf-8") as file:
        for _, reader, history, candidates in csv.reader(file, delimiter="\t"):
            shown = [candidate.rsplit("-", 1) for candidate in candidates.split()]
            yield reader, [code[a] for a in history.split()], [code[a] for a, _ in shown], [int(k) for _, k in shown]


def _described(articles: pd.DataFrame) -> pd.DataFrame:
    hosts = [(urlsplit(url.strip()).hostname or "").removeprefix("www.") for url in articles["url"]]
    return pd.DataFrame({
        c.ARTICLE_ID: articles["news_id"],
        c.TITLE: articles["headline"],
        c.SUMMARY: articles["abstract"],
        c.BODY: "",
        c.PUBLISHER: hosts,
        c.FIRST_SEEN_AT: _days(articles),
    })  # fmt: skip


def _days(articles: pd.DataFrame) -> Ints:
    dates = articles["datePublished"].where(articles["datePublished"] != "", articles["dateModified"])
    return np.array([datetime.strptime(date, "%d.%m.%Y").toordinal() for date in dates], dtype=np.int64)  # noqa: DTZ007
