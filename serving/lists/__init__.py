"""Readers' published lists: routes, service, cache, repository."""
