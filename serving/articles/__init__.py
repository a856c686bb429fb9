"""Articles beside the lists: what is popular, and what is similar to one."""
