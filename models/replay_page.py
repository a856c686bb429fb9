"""The replay as one HTML page."""


def page(figures: dict) -> str:
    """HTML."""
    return "<!doctype html><title>Replay</title>"
