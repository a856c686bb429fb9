"""The only room that speaks SQL: connections, migrations, queries as .sql files, bulk COPY, the embedded server."""
