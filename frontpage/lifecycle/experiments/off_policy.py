"""What another way of filling a place would have been worth, from places that were given by lot.

A place whose article another policy would have chosen, too, speaks for that policy, the more so the less likely it was:
weights are 1 over the propensity. Self-normalised inverse propensity scoring (Swaminathan, Joachims 2015) and the
doubly robust estimate (Dudik, Langford, Li 2011), which adds what a model of articles expects where nothing was logged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from frontpage.lifecycle.experiments.sequence import Estimate, Floats, of_mean

Texts = NDArray[np.object_]
#: How many slots of an average article each article's own mean is held to.
_PRIOR_SLOTS = 20.0


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """What a policy is worth in reads of a place. logged: as it was.

    n_matched: slots in which it would have done the same. n_effective: as many equally weighted ones would say as much.
    share: of slots in which the lot could have done what it does, so that it can be spoken of. more: less what was
    logged, with its interval; None with fewer than two matches.
    """

    n_slots: int
    n_matched: int
    n_effective: float
    share: float
    logged: float
    snips: float
    doubly_robust: float
    more: Estimate | None

    def verdict(self, min_effective: int) -> str:
        """In plain words; none with an effective sample below the minimum."""
        if self.more is None or self.n_effective < min_effective:
            return f"no verdict: {self.n_effective:.0f} of {min_effective} effective slots"
        said = f"{self.more.value:+.4f}, between {self.more.low:+.4f} and {self.more.high:+.4f}"
        if not self.more.excludes_zero:
            return f"no difference can be told ({said})"
        return f"{'more' if self.more.value > 0 else 'fewer'} reads of the place ({said})"


def value_of(article: Texts, chosen: Texts, reward: Floats, propensity: Floats, level: float = 0.05) -> PolicyValue:
    """The value of a policy that would have put `chosen` where `article` stood [slot]; None: it has nothing for it."""
    n = len(article)
    if n == 0:
        return PolicyValue(0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, None)
    is_match = article == chosen
    weight = np.where(is_match, 1.0 / propensity, 0.0)
    total, logged = float(weight.sum()), float(reward.mean())
    snips = float(weight @ reward) / total if total else 0.0
    expected, expected_chosen = _expected(article, chosen, reward)
    robust = float((expected_chosen + weight * (reward - expected)).mean())
    n_matched = int(is_match.sum())
    more = None
    if n_matched >= 2:  # one has no variance
        influence = weight * (reward - snips) * n / total - (reward - logged) + (snips - logged)
        more = of_mean(influence, level, n)
    return PolicyValue(
        n,
        n_matched,
        total**2 / float(weight @ weight) if total else 0.0,
        min(total / n, 1.0),
        logged,
        snips,
        robust,
        more,
    )


def _expected(article: Texts, chosen: Texts, reward: Floats) -> tuple[Floats, Floats]:
    """What a slot with `article`, and with `chosen`, brings by the other slots of that article, held to the mean."""
    names, code = np.unique(article.astype(str), return_inverse=True)
    sums, counts = np.bincount(code, reward), np.bincount(code)
    mean = float(reward.mean())
    own = (sums[code] - reward + mean * _PRIOR_SLOTS) / (counts[code] - 1 + _PRIOR_SLOTS)
    at = np.minimum(np.searchsorted(names, chosen.astype(str)), len(names) - 1)
    known = names[at] == chosen.astype(str)
    same = known & (at == code)
    theirs = (sums[at] + mean * _PRIOR_SLOTS) / (counts[at] + _PRIOR_SLOTS)
    return own, np.where(same, own, np.where(known, theirs, mean))
