"""Sources to blocks of raw rows: feeds, files, queries."""
