"""FastAPI over the published lists, and what readers send back.

Imports only core, store.read and store.write: no ML, no Airflow, no psycopg2.
"""
