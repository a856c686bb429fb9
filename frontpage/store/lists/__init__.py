"""Runs of lists: built in blocks, kept from earlier ones, published."""
