"""Proofs: measurements too long for the test suite, each a command that writes docs/measurements/NAME.json."""
