"""Rollouts and pilots as they are stored."""
