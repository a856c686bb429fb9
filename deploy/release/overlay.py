"""`python deploy/release/overlay.py ENVIRONMENT IMAGES`: a release's images in an overlay, build/deploy/ENVIRONMENT.

IMAGES: the file that a release lists its images in, one REGISTRY/frontpage-NAME@sha256:DIGEST a line. Exit code 3
where one is missing, or is named by anything but its digest. Needs nothing but Python; `kubectl kustomize` renders it.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ("frontpage-gateway", "frontpage-pipeline", "frontpage-serving")
ENVIRONMENTS = ("test", "staging", "production")
BAD_INPUT = 3
_LISTED = re.compile(r"(?P<newName>\S+/(?P<name>frontpage-[a-z]+))@(?P<digest>sha256:[0-9a-f]{64})")


def images(listed: str) -> list[dict[str, str]]:
    """For kustomize: name, new name, digest. Raises ValueError for other images than a release has."""
    found = []
    for line in listed.split():
        if not (image := _LISTED.fullmatch(line)):
            raise ValueError(f"{line!r} is no image of a release; it has to be REGISTRY/frontpage-NAME@sha256:DIGEST")
        found.append(image.groupdict())
    if tuple(sorted(one["name"] for one in found)) != IMAGES:
        raise ValueError(f"the release has to list each of {', '.join(IMAGES)} once")
    return found


def overlay(environment: str, listed: str) -> dict[str, object]:
    """A kustomization over the one of deploy/k8s, seen from a folder below build/deploy."""
    if environment not in ENVIRONMENTS:
        raise ValueError(f"{environment!r} is no environment; there are {', '.join(ENVIRONMENTS)}")
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
        "resources": [f"../../../deploy/k8s/overlays/{environment}"], "images": images(listed),
    }  # fmt: skip


def main(environment: str, listed: str, root: Path = ROOT) -> int:
    """Write it; JSON is YAML."""
    try:
        made = overlay(environment, Path(listed).read_text())
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return BAD_INPUT
    folder = root / "build" / "deploy" / environment
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kustomization.yaml").write_text(json.dumps(made, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
