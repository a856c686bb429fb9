"""Our own page over Prometheus and the log store: the same panels that Grafana gets, and lines by id."""
