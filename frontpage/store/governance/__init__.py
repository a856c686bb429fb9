"""What editors decided, what readers asked for, and how long things are kept; the audit log stands one room up."""
