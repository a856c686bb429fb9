"""What is seen of the product from outside: metrics, alerts, panels, service levels, the daily report, logs."""
