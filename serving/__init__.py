"""FastAPI over the published table. Imports only core and store.read; installs without any ML or Airflow package."""
