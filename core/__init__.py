"""Nouns and rules: domain types, column names, settings, errors, clock, metrics. No SQL, HTTP, Airflow, Beam, environment."""
