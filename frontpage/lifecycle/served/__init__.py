"""The quality of what was served, as readers showed it."""
