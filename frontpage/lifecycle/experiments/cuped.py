"""CUPED (Deng, Xu, Kohavi, Walker 2013): what readers differed in before is taken out of what they did."""

from __future__ import annotations

from frontpage.lifecycle.experiments.sequence import Floats


def adjusted(values: Floats, before: Floats) -> Floats:
    """The values with what the covariate foretells of them taken out; their mean over all arms stays as it is.

    values, before [reader, of all arms]. Where `before` is the same for everybody the values come back.
    """
    spread = before - before.mean()
    variance = float(spread @ spread)
    if variance == 0:
        return values
    slope = float(spread @ (values - values.mean())) / variance
    smooth: Floats = values - slope * spread
    return smooth
