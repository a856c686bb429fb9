"""Take a package out of a process, as if it had never been installed."""

import os
from pathlib import Path

_SITECUSTOMIZE = '''
import os, sys

class Unplugged:
    """Refuses the packages named in UNPLUGGED."""

    names = tuple(os.environ.get("UNPLUGGED", "").split(","))

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r} (unplugged)", name=name)
        return None

sys.meta_path.insert(0, Unplugged())
'''


def without(module: str, environment: dict[str, str], folder: Path) -> dict[str, str]:
    """The environment in which every Python process finds no `module`."""
    (folder / "sitecustomize.py").write_text(_SITECUSTOMIZE)
    path = os.pathsep.join(filter(None, [str(folder), environment.get("PYTHONPATH", "")]))
    return {**environment, "PYTHONPATH": path, "UNPLUGGED": module}
