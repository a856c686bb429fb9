"""Backups of the database: sealed base backups and WAL in a folder, and the way back from them."""
