"""How a changed recipe reaches readers, and how it is taken back."""
