"""FastAPI over the published lists; imports only core, frontpage.store.read and frontpage.store.write.

No ML, no Airflow, no psycopg2.
"""
