"""What readers did and were shown, taken in."""
