"""Scores for candidates: the LambdaMART ranker and its calibration, and popularity as the simplest ranker."""
