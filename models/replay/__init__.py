"""Offline evaluation over time: walks through a log with a cadence, and scores what was read next against the lists."""
