"""The API's own pages: what this is, and where requests can be tried."""
