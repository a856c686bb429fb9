"""`python -m gates.parts LOCK [LOCK...]`: the bill of materials (SBOM) of lock files, as CycloneDX 1.6 JSON.

By the lock alone, so it is the same on every machine: names, versions and the hashes that installing checks.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s\\;]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(locks: list[str]) -> dict[str, Any]:
    """One component for each package and version, in order of their names."""
    pinned = {(name.lower(), version): rest for text in locks for name, version, rest in _PINNED.findall(text)}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "frontpage"}},
        "components": [_component(name, version, rest) for (name, version), rest in sorted(pinned.items())],
    }


def _component(name: str, version: str, rest: str) -> dict[str, Any]:
    hashes = [{"alg": "SHA-256", "content": one} for one in _HASH.findall(rest)]
    purl = f"pkg:pypi/{name}@{version}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "hashes": hashes}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bill([Path(name).read_text() for name in sys.argv[1:]]), indent=1) + "\n")
