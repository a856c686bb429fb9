"""Readers' rights: what is kept of a person, giving it to them, forgetting them, and proof of that."""
