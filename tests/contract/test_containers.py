"""What the containers and the DVC pipeline repeat of the code is the same as in the code."""

import re
from pathlib import Path
from typing import Any

import yaml

from frontpage.core.params import Params
from frontpage.core.telemetry import QUIET
from models.training.build import TREES
from models.variants import complete

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "deploy" / "docker"
PIN = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
VERIFIED = "?sslmode=verify-full&sslrootcert=/run/tls/trust/ca.crt"
#: Parameters that no stage of the pipeline looks at.
NOT_IN_PIPELINE = {
    "extract", "first_training", "schedule", "digest", "retention", "fitness", "rollout", "pilot", "outcomes",
    "experiments", "off_policy", "drift", "arrivals", "business", "data_report", "editorial",
}  # fmt: skip
#: Parameters of work on the database only.
EVALUATION_ONLY = {"evaluation.max_readers_per_cutoff"}


def leaves(values: dict[str, Any], prefix: str = "") -> set[str]:
    """Dotted names of all keys that hold a value."""
    return {
        name
        for key, value in values.items()
        for name in (leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key})
    }


def tracked(stage: str) -> set[str]:
    """Parameters that a stage of dvc.yaml depends on, sections spelled out."""
    named = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"][stage]["params"]
    everything = leaves(Params().model_dump(mode="json"))
    return {leaf for leaf in everything for name in named if leaf == name or leaf.startswith(f"{name}.")}


def test_images_are_quiet():
    """The pipeline image sets each variable that keeps libraries from phoning home."""
    text = (DOCKER / "pipeline.Dockerfile").read_text()
    missing = {name: value for name, value in QUIET.items() if f"{name}={value}" not in text}
    assert missing == {}


def test_serving_lock_is_part_of_the_lock():
    """Both images hold the same versions of what they share."""
    whole = dict(PIN.findall((ROOT / "requirements.lock").read_text()))
    serving = dict(PIN.findall((DOCKER / "requirements-serving.lock").read_text()))
    assert serving
    assert serving.items() <= whole.items()


def test_the_gateway_s_lock_is_part_of_the_lock():
    """The image holds the Envoy that tests/gateway runs."""
    whole = dict(PIN.findall((ROOT / "requirements.lock").read_text()))
    gateway = dict(PIN.findall((DOCKER / "requirements-gateway.lock").read_text()))
    assert gateway
    assert gateway.items() <= whole.items()


def test_params_file_spells_out_the_defaults():
    """params.yaml has every key with its default: DVC watches keys, and people see what there is."""
    assert yaml.safe_load((ROOT / "params.yaml").read_text()) == complete(Params()).model_dump(mode="json")


def test_every_parameter_of_a_model_reruns_it():
    """The stages of training watch all parameters but those that neither inputs nor trees depend on."""
    elsewhere = {name for name in leaves(Params().model_dump(mode="json")) if name.split(".")[0] in NOT_IN_PIPELINE}
    judging = (
        tracked("validate") - tracked("inputs")
        | tracked("explain") - tracked("inputs")
        | {name for name in tracked("evaluate") if name.startswith("gate.")}
        | tracked("accept") - tracked("inputs")
    )
    unwatched = leaves(Params().model_dump(mode="json")) - elsewhere - judging - tracked("inputs") - tracked("ranker")
    assert unwatched == EVALUATION_ONLY


def test_the_shape_of_trees_leaves_the_inputs_alone():
    """A parameter that only the trees depend on re-runs the ranker, not what it learns from."""
    assert {f"ranker.{name}" for name in TREES} == tracked("ranker") - tracked("inputs")


def test_the_pipeline_image_knows_its_commit():
    """Baked in by a build argument, which compose hands on: what is trained in a container says by which code."""
    text = (DOCKER / "pipeline.Dockerfile").read_text()
    assert "ARG CODE_COMMIT=" in text
    assert "FRONTPAGE_CODE_COMMIT=${CODE_COMMIT}" in text
    built = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["migrate"]["build"]
    assert built["args"] == {"CODE_COMMIT": "${CODE_COMMIT:-}"}


def test_over_tls_no_service_is_left_out():
    """deploy/docker/tls.yml names services that are there, and every one of them that speaks to the database."""
    usual = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    over_tls = yaml.safe_load((DOCKER / "tls.yml").read_text())["services"]
    assert over_tls.keys() <= usual.keys()
    speaking = {name for name, one in usual.items() if "FRONTPAGE_DATABASE_URL" in one.get("environment", {})}
    assert len(speaking) >= 11
    for name in sorted(speaking):
        url = over_tls[name]["environment"]["FRONTPAGE_DATABASE_URL"]
        assert url == usual[name]["environment"]["FRONTPAGE_DATABASE_URL"] + VERIFIED, name
        assert any(one.endswith(":/run/tls/trust:ro") for one in over_tls[name]["volumes"]), name
    assert over_tls["db"]["command"][2:] == usual["db"]["command"][1:], "what PostgreSQL is started with"


def test_only_the_gateway_and_pages_are_published():
    """On loopback; the API's replicas, each with a limit of memory, are behind the gateway."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    published = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert published.keys() == {"gateway", "airflow-api", "mlflow"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert services["api"]["scale"] == 2
    assert all("mem_limit" in one for one in services.values())


def test_an_upgrade_leaves_no_service_out():
    """deploy/docker/upgrade.sh names each that stays, and compose each that it replaces."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    text = (DOCKER / "upgrade.sh").read_text()
    airflow, others = (re.search(rf"^{name}=\((.+)\)$", text, re.MULTILINE) for name in ("airflow", "others"))
    assert airflow is not None
    assert others is not None
    stays = {name for name, one in services.items() if one["restart"] != "no"}
    assert {"db", "api", "gateway", *airflow[1].split(), *others[1].split()} == stays
