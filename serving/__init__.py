"""FastAPI over the published lists. Imports only core and store.read: no ML, no Airflow, no psycopg2."""
