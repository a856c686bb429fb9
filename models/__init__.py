"""Retrieval, ranking, training with checkpoints, evaluation, explanation, batch scoring."""
