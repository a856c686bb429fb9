"""What keeps every library from phoning home: environment variables, set before the first heavy import.

Applied by the command, by the Airflow environment and by the images; a contract test imports
and uses each library with outside connections watched.
"""

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
