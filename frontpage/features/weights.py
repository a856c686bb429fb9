"""What one read counts."""

from typing import Any, Final

import numpy as np
import pandas as pd

from frontpage.features.grouping import Floats

#: One read counts 1. An act that costs the reader more says more: Deskdrop's publishers weigh them in this order, and
#: its popularity rules (docs/reference/features.md) were measured with weights of this size.
KIND_WEIGHTS: Final = {"read": 1.0, "like": 2.0, "bookmark": 2.5, "follow": 3.0, "share": 3.5, "comment": 4.0}
#: Reading time is what the product is for, so a measured dwell moves a read's weight between 0.5 (left at once) and
#: 1.5 (this long or longer); half of it, a minute, and an unmeasured read count 1. No more than that: long texts take
#: long to read whatever their worth.
FULL_DWELL_SECONDS: Final = 120.0
#: Longer times are a forgotten tab.
MAX_DWELL_SECONDS: Final = 1800.0


def read_weights(kinds: "pd.Series[Any]", dwell: Floats) -> Floats:
    """Weight of each event: its kind's, times 0.5 to 1.5 by its reading time where that was measured."""
    weights = np.asarray(kinds.map(KIND_WEIGHTS), dtype=np.float64)
    of_dwell = 0.5 + np.minimum(dwell, FULL_DWELL_SECONDS) / FULL_DWELL_SECONDS
    return np.asarray(weights * np.where(np.isnan(dwell), 1.0, of_dwell), dtype=np.float64)
