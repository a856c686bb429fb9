"""`frontpage db`: start, stop and migrate the database."""

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.store import migrate, server


def run(settings: Settings, _params: Params, action: str, port: int | None = None) -> Summary:
    """Do `up`, `down` or `migrate`; each may be repeated."""
    if action == "down":
        stopped = server.down(settings.home)
        return Summary("db down", artifact="stopped" if stopped else "was not running")
    if action == "up" and not settings.database_url:
        server.up(settings.home, port)
    migrate.upgrade(server.database_url(settings))
    return Summary(f"db {action}", artifact=str(settings.path("postgres")) if not settings.database_url else "external")
