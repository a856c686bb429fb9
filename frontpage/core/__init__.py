"""Nouns and rules: types, columns, settings, errors, clock, metrics. No SQL, HTTP, Airflow, Beam or environment."""
