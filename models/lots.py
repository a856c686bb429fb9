"""Lots: numbers that anybody can draw again, the same in every process and in any order of readers."""

from __future__ import annotations

import numpy as np

from frontpage.features.grouping import Floats, Ints


def lots(keys: Ints, salt: int) -> tuple[Floats, Floats]:
    """Two numbers in [0, 1) for each key: splitmix64 (Steele, Lea, Flood 2014)."""
    made = []
    for turn in (1, 2):
        start = (salt * 2 + turn) & (2**64 - 1)
        mixed = keys.astype(np.uint64) + np.uint64((start * 0x9E3779B97F4A7C15) & (2**64 - 1))
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        made.append(((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) / 2.0**53)
    return made[0], made[1]
