"""Databases of tests."""

import psycopg2

from frontpage.store.server import Server


def admin(running: Server, statement: str) -> None:
    """Run one administrative statement, such as `create database`, on a test's server."""
    connection = psycopg2.connect(running.url("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
