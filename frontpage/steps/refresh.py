"""`frontpage refresh`: features, score, gate and publish, one after the other."""

from collections.abc import Sequence
from datetime import datetime

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.steps import features, gate, publish, score


def run(
    settings: Settings,
    params: Params,
    as_of: datetime,
    variant: str = "champion",
    beam_options: Sequence[str] = (),
) -> Summary:
    """Everybody's list for `as_of`, published; the last good list stays if any part says no.

    beam_options: see `frontpage.steps.score`.
    """
    features.run(settings, params, as_of)
    scored = score.run(settings, params, as_of, variant=variant, beam_options=beam_options)
    gate.run(settings, params, as_of, variant=variant)
    published = publish.run(settings, params, as_of, variant)
    return Summary(
        "refresh",
        rows_in=scored.rows_in,
        rows_out=published.rows_out,
        artifact=published.artifact,
        details=published.details,
        inputs=scored.inputs,
        outputs=published.outputs,
    )
