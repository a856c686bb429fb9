"""Trackers, model registry and gates."""
