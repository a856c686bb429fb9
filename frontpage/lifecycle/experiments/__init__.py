"""Experiments: who is in which arm, what the arms did, and what may be said of it at any time."""
