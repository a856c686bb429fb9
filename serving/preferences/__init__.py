"""What readers ask of us."""
