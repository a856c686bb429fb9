"""The gateway: one table of routes, scopes, limits and timeouts, and the configurations made from it."""
