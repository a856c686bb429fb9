"""Alembic's entry point: one connection, one transaction, only our own tables."""

from alembic import context
from sqlalchemy import create_engine, pool

from frontpage.core.database.url import DatabaseUrl

url = DatabaseUrl.parse(context.config.attributes["database_url"])
engine = create_engine(url.sqlalchemy(), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()
