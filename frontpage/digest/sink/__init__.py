"""A mail server for development, and pages of what it took."""
