"""What keeps every library from phoning home: environment variables, set before the first heavy import.

Applied by the command (`environ.update(QUIET)`), by the Airflow environment and by the images; a contract test imports
and uses each library with outside connections watched.
"""

from collections.abc import MutableMapping
from typing import Final

#: Variable -> value. MLflow accepts only the word `true` for DO_NOT_TRACK; others accept any text.
QUIET: Final[dict[str, str]] = {
    "DO_NOT_TRACK": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "GX_ANALYTICS_ENABLED": "false",
    "DVC_NO_ANALYTICS": "true",
    "ITERATIVE_DO_NOT_TRACK": "true",
    "FEAST_USAGE": "False",
    "FEAST_TELEMETRY": "False",
    "SCARF_ANALYTICS": "false",
    "SCARF_NO_ANALYTICS": "true",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "NEPTUNE_MODE": "offline",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def quieten(environ: MutableMapping[str, str]) -> None:
    """Add QUIET to an environment; what is there already stays, but for DO_NOT_TRACK, which must be the word `true`."""
    environ["DO_NOT_TRACK"] = QUIET["DO_NOT_TRACK"]
    for name, value in QUIET.items():
        environ.setdefault(name, value)
