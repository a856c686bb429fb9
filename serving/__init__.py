"""FastAPI over the published lists; imports only core, store.read and store.write.

No ML, no Airflow, no psycopg2.
"""
