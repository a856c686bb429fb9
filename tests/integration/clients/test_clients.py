"""The clients: built, installed where nothing else is, and their quickstarts run against a running API."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CLIENTS = ROOT / "clients"
TYPESCRIPT = "typescript@5.9"


def done(*command: str | Path, cwd: Path | None = None, seconds: int = 300) -> str:
    """What a command prints; it must end well."""
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=cwd, timeout=seconds)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_generated_files_are_those_of_the_promised_api():
    """`make clients` writes them; a changed API without it fails here."""
    done(sys.executable, CLIENTS / "generate.py", "--check")
    promised = hashlib.sha256((ROOT / "docs" / "openapi.json").read_bytes()).hexdigest()
    types = (CLIENTS / "typescript" / "frontpage.d.ts").read_text()
    assert types.splitlines()[-1].endswith(promised), "run `make clients`"


@pytest.mark.slow
def test_the_python_package_in_an_empty_environment(url: str, tmp_path: Path):
    """Built as a wheel, installed without an index, it runs its quickstart; nothing else is installed with it."""
    shutil.copytree(CLIENTS / "python", tmp_path / "python")
    done(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, tmp_path / "python")
    (wheel,) = tmp_path.glob("*.whl")
    done(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    done(python, "-m", "pip", "install", "--no-index", wheel)
    said = done(python, CLIENTS / "python" / "quickstart.py", url, cwd=tmp_path).splitlines()
    assert said[0].startswith("run ")
    assert "fallback None" in said
    assert any(line.startswith("1 Title of a2") for line in said)
    assert said[-2:] == ["batch received", "refused 422"]
    installed = json.loads(done(python, "-m", "pip", "list", "--format", "json"))
    assert {one["name"] for one in installed} - {"pip", "setuptools"} == {"frontpage-client"}


@pytest.mark.slow
def test_the_types_compile_and_their_quickstart_runs(url: str, tmp_path: Path):
    """Strictly, and against the running API."""
    if shutil.which("npx") is None or shutil.which("node") is None:
        pytest.skip("npm is not installed: the TypeScript types are not compiled")
    found = subprocess.run(
        ["npx", "--yes", "--package", TYPESCRIPT, "tsc", "--version"], capture_output=True, text=True
    )
    if found.returncode:
        pytest.skip(f"npm's registry does not answer, so the TypeScript types are not compiled: {found.stderr[-200:]}")
    shutil.copytree(CLIENTS / "typescript", tmp_path / "ts")
    done("npx", "--yes", "--package", TYPESCRIPT, "tsc", "--strict", "--target", "es2022", "--module", "es2022",
         "--moduleResolution", "bundler", "quickstart.mts", cwd=tmp_path / "ts")  # fmt: skip
    said = done("node", "quickstart.mjs", url, cwd=tmp_path / "ts").splitlines()
    assert said == ["fallback null", "1 Title of a2", "2 Title of a1", "batch received"]
