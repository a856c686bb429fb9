"""Verbs about what was served: reports, and experiments on it."""
