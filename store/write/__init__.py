"""What serving writes, with asyncpg only: events into their inbox, and what readers ask of us.

Each write is one statement that may be repeated, because a lost connection makes us say it again.
"""
