"""The address of a PostgreSQL, and what one says that refuses."""
