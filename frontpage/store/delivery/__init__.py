"""Editions, deliveries and suppressed addresses."""
