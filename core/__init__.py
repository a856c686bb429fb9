"""Nouns and rules: domain types, columns, settings, errors, clock, metrics. No SQL, HTTP, Airflow, Beam, environment."""
