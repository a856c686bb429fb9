"""Where candidates come from: each source proposes some articles for a reader; all of them have one contract."""
