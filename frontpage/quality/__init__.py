"""Great Expectations suites for each boundary table and for the output list; Data Docs."""
