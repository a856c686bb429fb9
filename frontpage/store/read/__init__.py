"""What serving reads, with asyncpg only: where the database is, a pool that gives up quickly, the published lists.

Imports neither psycopg2 nor pandas, and nothing of the rest of `store`.
"""
