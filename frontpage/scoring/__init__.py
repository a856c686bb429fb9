"""Batch scoring: blocks of readers on Beam, the broadcast recommender, lists kept from an earlier run."""
