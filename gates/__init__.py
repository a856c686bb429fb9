"""What turns continuous integration red beside tests: leaked secrets, breaking API changes; and the list of parts."""
