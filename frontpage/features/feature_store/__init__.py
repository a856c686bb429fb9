"""Feast over our states: definitions, stores, and rows in and out."""
