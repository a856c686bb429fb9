"""Reports that nobody can change afterwards without it being seen: HMAC-SHA256 over canonical JSON."""

import hmac
import json
from collections.abc import Mapping
from typing import Any


def signature_of(report: Mapping[str, Any], secret: str) -> str:
    """The signature of a report, by a key derived from the installation's secret."""
    key = hmac.digest(secret.encode(), b"reports of erasures", "sha256")
    return hmac.digest(key, canonical(report), "sha256").hex()


def is_signed(report: Mapping[str, Any], signature: str, secret: str) -> bool:
    """Whether the report is as it was when it was signed."""
    return hmac.compare_digest(signature_of(report, secret), signature)


def canonical(report: Mapping[str, Any]) -> bytes:
    """The one way to write a report."""
    return json.dumps(report, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode()
