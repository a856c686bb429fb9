"""What is told of requests: figures, log lines, traces."""
