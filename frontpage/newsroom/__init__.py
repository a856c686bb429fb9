"""Where canonical files come from: a synthetic newsroom and importers of published data sets."""
