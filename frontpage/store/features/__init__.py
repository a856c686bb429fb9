"""The tables of the feature store."""
