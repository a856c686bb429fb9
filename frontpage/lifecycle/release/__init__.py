"""From an accepted version to one that serves: fit for its target, its card, and bundles for another installation."""
