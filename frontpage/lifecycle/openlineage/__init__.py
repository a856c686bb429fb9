"""Executions as OpenLineage events, where they are stored, and the graph of one edition."""
