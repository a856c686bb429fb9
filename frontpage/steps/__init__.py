"""One module per verb: settings, read, call the rooms, write, report. The only place where rooms meet."""
