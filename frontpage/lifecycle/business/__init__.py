"""The business figures of days, and their page."""
