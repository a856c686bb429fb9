"""COPY in and out of PostgreSQL, by whole columns."""
