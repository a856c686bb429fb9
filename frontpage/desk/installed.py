"""The desk of this installation, as its environment says."""

import os

from fastapi import FastAPI

from frontpage.core.params import Params, load_params
from frontpage.core.settings import Settings
from frontpage.desk.app import create_app
from models.variants import complete


def desk_in_airflow() -> FastAPI:
    """For Airflow's API server, whose users come in."""
    settings = Settings.from_environ(os.environ)
    params = load_params(settings.params_file) if settings.params_file.exists() else Params()
    return create_app(settings, complete(params), in_airflow=True)
