"""Verbs of editors and auditors, and of readers' rights."""
