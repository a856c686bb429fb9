"""Catalogues that the API took in, on their way through an extract to the first list."""
