"""Apache Beam: sources (feeds, files, SQL) to canonical rows in PostgreSQL; what cannot be used goes to quarantine."""
