"""HTTP itself: protocol, limits, errors, responses, metrics."""
