"""Verbs for those who operate an installation."""
