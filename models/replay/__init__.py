"""Offline evaluation over time: a log walked through with a cadence, each later read scored against the list of then."""
