"""A pilot: who is in it, and what its report says."""
