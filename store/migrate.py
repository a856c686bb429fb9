"""Alembic migrations, run from code so that no ini file and no working directory matter."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["database_url"] = url.replace("postgresql://", "postgresql+psycopg2://", 1)
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`; running it again changes nothing."""
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to `revision`; rows of dropped tables are gone."""
    command.downgrade(_config(url), revision)
