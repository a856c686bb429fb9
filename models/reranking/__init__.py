"""From ranked candidates to the ten: the rules on a list as a whole, and exploration."""
