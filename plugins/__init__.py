"""Airflow adapters: the step operator and its callbacks. Imports only core."""
