"""What importers of published data sets share: rows out of files, canonical files, a report of what was dropped."""
