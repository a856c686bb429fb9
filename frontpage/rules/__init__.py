"""Editorial rules: their files, what they do to lists, retractions, reports and flags."""
