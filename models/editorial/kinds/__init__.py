"""The kinds of editorial rules, one a file."""
