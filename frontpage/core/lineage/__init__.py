"""What an execution of a verb is known by, for whoever starts one and whoever records it."""
