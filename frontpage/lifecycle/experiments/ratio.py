"""Whether the arms have the readers that they were to have, at any look: a sequential test of counts.

Lindon, Malek: Anytime-valid inference for multinomial count data (2022): the Bayes factor of a Dirichlet prior around
the planned shares against these shares. Its inverse, at its lowest so far, is a p-value for any number of looks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from frontpage.lifecycle.experiments.sequence import Floats

#: How closely the prior lies around the plan: as if so many readers had been seen there.
_CONCENTRATION = 100.0
#: A broken assignment is found when chance alone would do so in one of a thousand experiments.
LEVEL = 0.001


def p_values(counts: NDArray[np.int64], shares: Floats) -> Floats:
    """After each look [look]: how surprising the readers of each arm so far [look, arm] are by the planned shares.

    Never rises. shares [arm] are made to sum up to 1.
    """
    planned = shares / shares.sum()
    prior = _CONCENTRATION * planned
    n = counts.sum(axis=1)
    evidence = gammaln(prior.sum()) - gammaln(prior.sum() + n)
    evidence = evidence + (gammaln(prior + counts) - gammaln(prior) - counts * np.log(planned)).sum(axis=1)
    lowest: Floats = np.minimum(np.exp(-np.maximum.accumulate(evidence)), 1.0)
    return lowest
