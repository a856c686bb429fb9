"""Rows that are neither loaded nor quarantined, only counted."""


class LeftOutError(Exception):
    """The row does not concern us: a mapping leaves it out, or its reader was forgotten after it happened."""
