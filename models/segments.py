"""Segments of readers, by what is known of them at a moment: how much they read, and whether they picked interests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from frontpage.features.grouping import Ints
from frontpage.features.reader_states import ReaderRows

#: By the reads known of a reader; those of whom none is known by whether they picked interests at sign-up.
SEGMENTS = ("no history", "no history, interests", "1-4 reads", "5-19 reads", "20+ reads")
_FROM_READS = (0, 1, 5, 20)


def segment_of(n_reads: Ints, has_interests: NDArray[np.bool_]) -> Ints:
    """Code of each reader's segment, its place in SEGMENTS."""
    segment = np.searchsorted(_FROM_READS, n_reads, side="right")
    return np.where((segment == 1) & ~has_interests, 0, segment)


def segments_of(readers: ReaderRows) -> Ints:
    """Code of the segment of each reader row."""
    return segment_of(readers.reads.n_reads, np.any(readers.interests >= 0, axis=1))
