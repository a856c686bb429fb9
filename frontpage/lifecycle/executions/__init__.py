"""The record of every execution: who called which verb, with which code, data and parameters, and what it took."""
