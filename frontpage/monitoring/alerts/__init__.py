"""The alerts: rules, runbook entries and test series of each in one place."""
