"""Experiments on readers: what one is, and what may be started."""
