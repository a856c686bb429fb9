"""Sections of params.yaml that say more than a few numbers, one file each."""
