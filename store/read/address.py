"""Where the database is, found without the packages that can start one."""

import json

from core.errors import UnavailableError
from core.settings import Settings

_EMBEDDED_USER = "frontpage"


def serving_url(settings: Settings) -> str:
    """URL of the database that is served: FRONTPAGE_DATABASE_URL, else the embedded server under `home`.

    Raises UnavailableError where neither is there. `store.server` writes `server.json`.
    """
    if settings.database_url:
        return settings.database_url
    state = settings.path("server.json")
    if not state.exists():
        raise UnavailableError("there is no database yet; run `frontpage db up`, or set FRONTPAGE_DATABASE_URL")
    server = json.loads(state.read_text())
    return f"postgresql://{_EMBEDDED_USER}:{server['password']}@127.0.0.1:{server['port']}/frontpage"
