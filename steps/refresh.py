"""`frontpage refresh`: features, score, gate and publish, one after the other."""

from datetime import datetime

from core.params import Params
from core.settings import Settings
from core.summary import Summary
from steps import features, gate, publish, score


def run(settings: Settings, params: Params, as_of: datetime, variant: str = "champion") -> Summary:
    """Everybody's list for `as_of`, published; the last good list stays if any part says no."""
    features.run(settings, params, as_of)
    scored = score.run(settings, params, as_of, variant=variant)
    gate.run(settings, params, as_of, variant=variant)
    published = publish.run(settings, params, as_of, variant)
    return Summary(
        "refresh",
        rows_in=scored.rows_in,
        rows_out=published.rows_out,
        artifact=published.artifact,
        details=published.details,
    )
