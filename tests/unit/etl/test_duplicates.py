"""Copies of articles: marks are deterministic, point to roots, and do not depend on how pulls were cut."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from etl.rows import minhash
from etl.rows.duplicates import NEAR_WINDOW, Candidate, Mark, mark_duplicates

START = datetime(2026, 3, 1, tzinfo=UTC)
WORDS = [
    f"{a}{b}"
    for a in ("sun", "rain", "coal", "iron", "salt")
    for b in ("ship", "house", "road", "field", "gate", "mill")
]


def text(seed: int, n_words: int = 150) -> list[str]:
    rng = random.Random(seed)
    return [rng.choice(WORDS) + str(rng.randrange(50)) for _ in range(n_words)]


def candidate(number: int, words: list[str], hours: float = 0.0) -> Candidate:
    content = " ".join(words)
    signature = minhash.signature(content)
    return Candidate(f"a{number}", START + timedelta(hours=hours), f"https://x.example/{number}", content, signature)


def edited(words: list[str], n_edits: int, seed: int = 1) -> list[str]:
    rng, result = random.Random(seed), list(words)
    for at in rng.sample(range(len(words)), n_edits):
        result[at] = "edited"
    return result


@pytest.mark.parametrize("n_edits", [0, 5, 20, 80])
def test_the_estimate_is_close_to_the_true_similarity(n_edits: int):
    """128 bins estimate the Jaccard similarity of nine-character shingles with a standard error below 0.045."""
    one, other = " ".join(text(1)), " ".join(edited(text(1), n_edits))
    shingles = [{t[i : i + 9] for i in range(len(t) - 8)} for t in (one, other)]
    true = len(shingles[0] & shingles[1]) / len(shingles[0] | shingles[1])
    signatures = [minhash.signature(t) for t in (one, other)]
    assert signatures[0] is not None
    assert signatures[1] is not None
    assert minhash.similarity(signatures[0], signatures[1]) == pytest.approx(true, abs=3 * 0.045)


def test_signatures_survive_storage_and_short_texts_have_none():
    """Bytes in, bytes out; a text of one line is not compared."""
    signature = minhash.signature(" ".join(text(1)))
    assert signature is not None
    assert np.array_equal(minhash.from_bytes(minhash.to_bytes(signature)), signature)
    assert minhash.signature("short") is None


def test_copies_of_copies_point_to_the_root():
    """B copies a's text, c copies b's address: both are copies of a, the earliest."""
    a, b = candidate(1, text(1)), candidate(2, text(1), 1)
    c = Candidate("a3", START + timedelta(hours=2), b.canonical_url, "other")
    assert mark_duplicates([c, b, a], []) == [Mark("a2", "a1", "content"), Mark("a3", "a1", "url")]


def test_near_copies_are_found_within_three_days_only():
    """Two words of 150 changed: near. The same four days later: another story."""
    original = candidate(1, text(1))
    soon = candidate(2, edited(text(1), 2), 48)
    late = candidate(3, edited(text(1), 3, seed=2), NEAR_WINDOW.total_seconds() / 3600 + 72)
    assert mark_duplicates([original, soon, late], []) == [Mark("a2", "a1", "near")]


def test_a_chain_of_small_edits_does_not_drift():
    """Each text is like the one before, the last is not like the first: only what is near the root is marked."""
    chain, words = [], text(1)
    for number in range(8):
        chain.append(candidate(number, words, number))
        words = edited(words, 4, seed=number)
    marked = {mark.article_id for mark in mark_duplicates(chain, [])}
    assert "a1" in marked
    assert len(marked) < 7


def test_marks_do_not_depend_on_the_cut():
    """One pull of everything, or pulls of any sizes in order of recording, give the same marks."""
    rng = random.Random(3)
    new = [candidate(n, edited(text(n % 40), rng.randrange(4), seed=n), n * 0.5) for n in range(120)]
    whole = mark_duplicates(rng.sample(new, len(new)), [])
    assert len(whole) > 40
    cut: list[Mark] = []
    known: list[Candidate] = []
    for start in range(0, 120, 17):
        pull = new[start : start + 17]
        marks = mark_duplicates(pull, known)
        roots = {mark.article_id: mark.duplicate_of for mark in marks}
        for one in pull:
            root = roots.get(one.article_id)
            signature = None if root else one.signature
            known.append(
                Candidate(one.article_id, one.recorded_at, one.canonical_url, one.content_hash, signature, root)
            )
        cut += marks
    assert cut == whole
