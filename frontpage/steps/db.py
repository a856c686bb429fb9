"""`frontpage db`: start, stop and migrate the database, and give its roles their rights."""

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.store import migrate, server
from frontpage.store.governance import roles


def run(settings: Settings, _params: Params, action: str, port: int | None = None) -> Summary:
    """Do `up`, `down`, `migrate` or `roles`; each may be repeated. A migration renews the rights that roles have."""
    if action == "down":
        stopped = server.down(settings.home)
        return Summary("db down", artifact="stopped" if stopped else "was not running")
    if action == "up" and not settings.database_url:
        server.up(settings.home, port)
    url = server.database_url(settings)
    if action == "roles":
        return Summary("db roles", artifact=",".join(roles.make(url)))
    migrate.upgrade(url)
    roles.renew(url)
    return Summary(f"db {action}", artifact=str(settings.path("postgres")) if not settings.database_url else "external")
