"""The exporter: its table of metrics, and how each is come by."""
