"""What is kept of the product at work: executions, aggregates, findings, business figures."""
