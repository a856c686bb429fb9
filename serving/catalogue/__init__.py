"""What a publisher's system sends: articles and readers."""
