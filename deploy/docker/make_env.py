"""`make compose-env`: secrets of this installation in `.env`, made once, readable by their owner only."""

import base64
import secrets
import sys
from pathlib import Path

TARGET = Path(".env")


def contents() -> str:
    """Lines NAME=value; no secret is the same twice."""
    made = {
        "FRONTPAGE_DB_PASSWORD": secrets.token_hex(24),
        "FRONTPAGE_API_DB_PASSWORD": secrets.token_hex(24),
        "FRONTPAGE_PSEUDONYM_SECRET": secrets.token_hex(32),
        "FRONTPAGE_ADDRESS_KEYS": secrets.token_hex(32),
        "FRONTPAGE_API_KEYS": secrets.token_hex(24),
        "AIRFLOW_PASSWORD": secrets.token_urlsafe(16),
        "AIRFLOW_FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "AIRFLOW_JWT_SECRET": secrets.token_hex(32),
        "AIRFLOW_SESSION_SECRET": secrets.token_hex(32),
    }
    head = (
        "# Secrets of this installation. Keep FRONTPAGE_PSEUDONYM_SECRET, which readers' keys depend on, and "
        "FRONTPAGE_ADDRESS_KEYS, which opens their addresses.\n"
    )
    return head + "".join(f"{name}={value}\n" for name, value in made.items())


def main() -> int:
    """Write the file where there is none."""
    if TARGET.exists():
        sys.stdout.write(f"{TARGET} is there already and stays as it is\n")
        return 0
    TARGET.touch(mode=0o600)
    TARGET.write_text(contents())
    sys.stdout.write(
        f"{TARGET} written: log in to Airflow as admin with AIRFLOW_PASSWORD; FRONTPAGE_API_KEYS reads the API\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
