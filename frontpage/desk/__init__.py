"""Pages for operators, editors and auditors: alone (`frontpage desk`) and inside Airflow."""
