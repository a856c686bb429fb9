"""What the rooms on top share, and the rooms around them; docs/architecture.md says who imports whom."""
