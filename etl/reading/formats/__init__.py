"""Bytes of each format to raw rows."""
