"""A model version from a history: cut-offs to learn from, position bias, checkpoints, artefacts."""
