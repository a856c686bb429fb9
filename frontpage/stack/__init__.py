"""`make run` and `make stop`: the whole installation on one machine, started, shown and taken down again."""
