"""`frontpage desk`: the desk alone, with its own log-in."""

import uvicorn

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.desk.app import create_app


def serve(settings: Settings, params: Params, host: str, port: int) -> None:
    """Answer until stopped. On any address it wants a log-in: there is nothing at the desk for everybody."""
    uvicorn.run(create_app(settings, params), host=host, port=port, log_level="warning", proxy_headers=True)
