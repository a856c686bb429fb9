"""`frontpage plan`: how large an installation has to be."""

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.operations.plan import plan


def run(_settings: Settings, _params: Params, readers: int, *, articles_per_day: int, refresh: int) -> Summary:
    """Machines, memory, disk, minutes and money for so many readers, from what was measured."""
    made = plan(readers, articles_per_day, refresh)
    details = {
        "refresh_minutes": round(made.refresh_minutes, 1), "pipeline_cores": made.pipeline_cores,
        "pipeline_gb": round(made.pipeline_gb, 1), "api_cores": made.api_cores, "disk_gb": round(made.disk_gb),
        "dollars_a_month": round(made.dollars_a_month),
    }  # fmt: skip
    return Summary("plan", readers, artifact=" | ".join(made.lines()), details=details)
