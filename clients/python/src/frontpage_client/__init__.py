"""The Frontpage API, typed."""

from frontpage_client.client import Client
from frontpage_client.errors import ApiError, Refused, Unavailable

__all__ = ["ApiError", "Client", "Refused", "Unavailable"]
