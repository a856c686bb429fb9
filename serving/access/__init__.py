"""Who may call: keys, scopes, rate limits."""
