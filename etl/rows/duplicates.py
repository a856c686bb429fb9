"""Which new articles are copies of earlier ones: same address, same text, nearly the same text. Pure and in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from etl.rows.minhash import Signature, band_keys, similarity
from etl.rows.texts import names_a_page

#: Near-duplicates are looked for among articles recorded this long before; wire copy comes within hours.
NEAR_WINDOW = timedelta(days=3)
#: Estimated share of common shingles from which two texts are the same story told once.
NEAR_SIMILARITY = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article as seen by the comparison. `original` is the root it is already marked with, if any."""

    article_id: str
    recorded_at: datetime
    canonical_url: str
    content_hash: str
    signature: Signature | None = None
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """`article_id` is a copy of `duplicate_of`, which is nobody's copy; kind is url, content or near."""

    article_id: str
    duplicate_of: str
    kind: str


def mark_duplicates(new: Iterable[Candidate], known: Iterable[Candidate]) -> list[Mark]:
    """Marks of new articles, in order of (recorded_at, article_id).

    Each new article is compared with all known ones and the new ones before it, so the result does not depend on how
    the rows were cut into blocks or pulls. A copy of a copy points to the root. Near-duplicates are compared with
    roots only, so that a chain of small edits does not drift.
    """
    index = _Index()
    for candidate in sorted(known, key=_order):
        index.add(candidate, candidate.original or candidate.article_id)
    marks = []
    for candidate in sorted(new, key=_order):
        mark = index.find(candidate)
        index.add(candidate, mark.duplicate_of if mark else candidate.article_id)
        if mark:
            marks.append(mark)
    return marks


def _order(candidate: Candidate) -> tuple[datetime, str]:
    return candidate.recorded_at, candidate.article_id


class _Index:
    """Articles so far, by address, by text and by band of their signature."""

    def __init__(self) -> None:
        self._by_url: dict[str, str] = {}
        self._by_hash: dict[str, str] = {}
        self._by_band: dict[tuple[int, bytes], list[Candidate]] = {}

    def add(self, candidate: Candidate, root: str) -> None:
        if names_a_page(candidate.canonical_url):
            self._by_url.setdefault(candidate.canonical_url, root)
        self._by_hash.setdefault(candidate.content_hash, root)
        if root == candidate.article_id and candidate.signature is not None:
            for key in band_keys(candidate.signature):
                self._by_band.setdefault(key, []).append(candidate)

    def find(self, candidate: Candidate) -> Mark | None:
        for kind, root in (
            ("url", self._by_url.get(candidate.canonical_url)),
            ("content", self._by_hash.get(candidate.content_hash)),
            ("near", self._near(candidate)),
        ):
            if root is not None and root != candidate.article_id:
                return Mark(candidate.article_id, root, kind)
        return None

    def _near(self, candidate: Candidate) -> str | None:
        if candidate.signature is None:
            return None
        since = candidate.recorded_at - NEAR_WINDOW
        met = {
            other.article_id: other
            for key in band_keys(candidate.signature)
            for other in _recent(self._by_band.get(key, ()), since)
        }
        for other in sorted(met.values(), key=_order):
            if other.signature is not None and similarity(candidate.signature, other.signature) >= NEAR_SIMILARITY:
                return other.article_id
        return None


def _recent(candidates: Sequence[Candidate], since: datetime) -> Iterable[Candidate]:
    """Those recorded after `since`; they are in order, so the search ends at the first older one."""
    for candidate in reversed(candidates):
        if candidate.recorded_at < since:
            return
        yield candidate
