"""Reports out of figures: the monthly statement, the daily mail, resources of steps."""
