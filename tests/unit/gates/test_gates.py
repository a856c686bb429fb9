"""A planted fault turns each gate red."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest

from gates import api, cost, lists, parts, secrets
from gates.limits import limits

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "planted",
    ["key = 'fp_" + "a1B2" * 10 + "'", "AKIA" + "ABCDEFGH12345678", "ghp_" + "a" * 36,
     "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEF",
     "FRONTPAGE_DB_PASSWORD=" + "0123456789abcdef" * 2],
)  # fmt: skip
def test_a_leaked_secret_is_found(tmp_path: Path, planted: str):
    """By file and line; the secret itself is not repeated."""
    leak = tmp_path / "settings.py"
    leak.write_text(f"x = 1\n{planted}\n")
    done = subprocess.run([sys.executable, "-m", "gates.secrets", str(leak)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 4
    assert f"{leak}:2: a " in done.stdout
    assert planted not in done.stdout


def test_nothing_committed_is_a_secret():
    assert secrets.main([]) == 0


def test_the_api_keeps_its_promise():
    """docs/openapi.json is the API; after a change that breaks nobody, write it anew: `make api`."""
    promised = json.loads(api.PROMISED.read_text())
    assert list(api.breaks(promised, api.described())) == []
    assert promised == api.described(), "run `make api`"


def _lost_path(spec: dict) -> None:
    del spec["paths"]["/v1/popular"]


def _lost_field(spec: dict) -> None:
    del spec["components"]["schemas"]["RecommendationList"]["properties"]["run_id"]


def _other_type(spec: dict) -> None:
    spec["components"]["schemas"]["RecommendationList"]["properties"]["run_id"] = {"type": "string"}


def _wanted_parameter(spec: dict) -> None:
    spec["paths"]["/v1/popular"]["get"]["parameters"].append({"name": "new", "in": "query", "required": True})


@pytest.mark.parametrize("fault", [_lost_path, _lost_field, _other_type, _wanted_parameter])
def test_a_breaking_change_is_found(fault):
    promised = json.loads(api.PROMISED.read_text())
    changed = copy.deepcopy(promised)
    fault(changed)
    assert len(list(api.breaks(promised, changed))) == 1


def test_what_is_added_breaks_nobody():
    promised = json.loads(api.PROMISED.read_text())
    changed = copy.deepcopy(promised)
    changed["paths"]["/v1/new"] = changed["paths"]["/v1/popular"]
    changed["components"]["schemas"]["RecommendationList"]["properties"]["new"] = {"type": "string"}
    assert list(api.breaks(promised, changed)) == []


def test_every_pinned_package_is_in_the_bill():
    """With hashes, once each."""
    lock = (ROOT / "requirements.lock").read_text()
    listed = parts.bill([lock])["components"]
    assert len(listed) == sum("==" in line and not line.startswith((" ", "#")) for line in lock.splitlines())
    assert all(one["hashes"] for one in listed)
    assert len({one["purl"] for one in listed}) == len(listed)


def test_energy_is_estimated_as_for_executions():
    """One CPU second, and two gigabytes for as long; more of either than is promised is red."""
    took = cost.taken({"seconds": 1.0, "peak_bytes": 2e9})
    assert took == {"seconds": 1.0, "memory": 2.0, "energy": pytest.approx(0.00097 + 2 * 0.392 / 3600)}
    promised = limits("cost")
    assert all(of.keys() == took.keys() for of in promised.values())
    found = dict.fromkeys(took, 0.1) | {"energy": 99.0}
    (said,) = cost.beyond("lists", found, promised["lists"])
    assert said.startswith("lists: energy 99.00 x the reference's")


def test_the_lists_that_are_measured_are_whole():
    """Ten places for each of 1,000 readers."""
    assert lists.made_of()["ours"]().num_rows == 10 * lists.N_LISTS
