"""`frontpage db`: start, stop and migrate the database."""

from core.params import Params
from core.settings import Settings
from core.summary import Summary
from store import migrate, server


def run(settings: Settings, _params: Params, action: str, port: int | None = None) -> Summary:
    """Do `up`, `down` or `migrate`; each may be repeated."""
    if action == "down":
        stopped = server.down(settings.home)
        return Summary("db down", artifact="stopped" if stopped else "was not running")
    if action == "up" and not settings.database_url:
        server.up(settings.home, port)
    migrate.upgrade(server.database_url(settings))
    return Summary(f"db {action}", artifact=str(settings.path("postgres")) if not settings.database_url else "external")
