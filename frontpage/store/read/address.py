"""Where the database is, found without the packages that can start one."""

import json

from frontpage.core.errors import UnavailableError
from frontpage.core.settings import Settings

_API_USER, _SUPERUSER = "frontpage_api", "frontpage"


def serving_url(settings: Settings) -> str:
    """URL of the database that is served: FRONTPAGE_DATABASE_URL, else the API's log-in to the server under `home`.

    Raises UnavailableError where neither is there. `frontpage.store.server` writes `server.json`.
    """
    if settings.database_url:
        return settings.database_url
    state = settings.path("server.json")
    if not state.exists():
        raise UnavailableError("there is no database yet; run `frontpage db up`, or set FRONTPAGE_DATABASE_URL")
    server = json.loads(state.read_text())
    user, password = _API_USER, server.get("api_password")
    if not password:  # a server from before the API had a log-in of its own
        user, password = _SUPERUSER, server["password"]
    return f"postgresql://{user}:{password}@127.0.0.1:{server['port']}/frontpage"
