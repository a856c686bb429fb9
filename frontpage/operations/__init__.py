"""What an installation needs: whether it is well, and how large it has to be."""
