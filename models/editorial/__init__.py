"""Editorial rules as the list pipeline keeps them: what each kind means for candidates, and what the gate measures."""
