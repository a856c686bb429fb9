"""What serving writes, with asyncpg only: events and reports into their inboxes, clicks, and what readers ask of us.

Each write but a click is one statement that may be repeated, because a lost connection makes us say it again.
"""
