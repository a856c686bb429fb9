"""Sections of params.yaml, by what they are about; `frontpage.core.params` holds them together."""
