"""Traces by OpenTelemetry: off unless asked for, and then nothing of it is imported."""
