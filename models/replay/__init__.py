"""The product's own judge: walks through a log with a cadence, and scores every later read against the list of then."""
