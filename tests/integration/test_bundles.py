"""A version in one signed file: trained here, served there; what was changed, foreign or unfit is refused."""

import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontpage.core.errors import BadInputError, CheckFailedError, FrontpageError
from frontpage.core.settings import Settings
from frontpage.lifecycle.release.signing import public_key_file, signing_key_file
from frontpage.steps import bundle, features, promote, score
from frontpage.store import versions
from frontpage.store.connect import connect
from frontpage.store.server import Server
from models.training.artefact import ENVIRONMENT
from tests.integration.released import filled, release_version
from tests.unit.models.newsroom_world import PARAMS
from tests.unit.models.worlds import NOW

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def staging(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Where the version is trained."""
    with filled(postgres, tmp_path_factory.mktemp("staging") / "home", "bundles_staging") as made:
        yield made


@pytest.fixture(scope="module")
def version(staging: Settings) -> str:
    """Its champion."""
    return release_version(staging)


@pytest.fixture(scope="module")
def exported(staging: Settings, version: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the champion, signed by staging's key."""
    with pytest.raises(BadInputError, match="make one with `frontpage models key`"):
        bundle.export(staging, PARAMS, version, out=tmp_path_factory.mktemp("none") / "v.bundle")
    made = bundle.key(staging, PARAMS)
    assert signing_key_file(staging).stat().st_mode & 0o777 == 0o600
    with pytest.raises(BadInputError, match="holds a key already"):
        bundle.key(staging, PARAMS)
    out = tmp_path_factory.mktemp("bundles") / f"{version}.bundle"
    assert bundle.export(staging, PARAMS, version, out=out).rows_out > 5
    assert made.details["key"] in out.read_bytes().decode("latin-1")
    with tarfile.open(out) as archive:
        names = archive.getnames()
    assert {"files/card.html", "files/profile.html"} <= set(names)
    assert "files/acceptance/acceptance.json" in names
    assert not any(name.endswith(".parquet") for name in names)  # readers' lists stay at home
    return out


@pytest.fixture(scope="module")
def production(
    postgres: Server, staging: Settings, exported: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A second installation, with databases and a home of its own, that trusts staging's key."""
    with filled(postgres, tmp_path_factory.mktemp("production") / "home", "bundles_production") as made:
        trusted = str(public_key_file(signing_key_file(staging)))
        yield made.model_copy(update={"trusted_keys_file": trusted, "actor": "person:bo"})


def state(settings: Settings) -> tuple[list[str], list[str]]:
    """Versions in the registry, and files in the home."""
    with connect(settings.database_url) as connection:
        known = [row.version for row in versions.newest(connection)]
    return known, sorted(str(path) for path in settings.home.rglob("*") if path.is_file())


def refused(settings: Settings, file: Path, error: type[FrontpageError], match: str) -> None:
    """The import ends with one sentence, and nothing has changed."""
    before = state(settings)
    with pytest.raises(error, match=match) as raised:
        bundle.import_(settings, PARAMS, file)
    assert "\n" not in str(raised.value)
    assert state(settings) == before


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.95])
def test_a_flipped_byte_is_refused(production: Settings, exported: Path, tmp_path: Path, place: float) -> None:
    """Wherever in the content it is."""
    with tarfile.open(exported) as archive:
        members = [member for member in archive if member.size]
    member = members[int(place * len(members))]
    content = bytearray(exported.read_bytes())
    content[member.offset_data + member.size // 2] ^= 1
    (tmp_path / "flipped").write_bytes(bytes(content))
    refused(production, tmp_path / "flipped", CheckFailedError, "changed|nothing was taken over")


def test_a_foreign_key_is_refused(production: Settings, exported: Path, tmp_path: Path) -> None:
    """Whole, and signed by somebody: not by anybody who is trusted here."""
    stranger = production.model_copy(update={"signing_key_file": str(tmp_path / "own.pem"), "trusted_keys_file": ""})
    bundle.key(stranger, PARAMS)
    refused(stranger, exported, CheckFailedError, "signed by somebody who is not trusted here")
    nobody = production.model_copy(update={"trusted_keys_file": str(tmp_path / "no.pem")})
    refused(nobody, exported, BadInputError, "cannot be read as public keys")


def test_a_foreign_environment_is_refused(
    staging: Settings, production: Settings, version: str, tmp_path: Path
) -> None:
    """Rightly signed, but trained with packages and on a processor that are not here."""
    needs = staging.path("models", version) / ENVIRONMENT
    before = needs.read_text()
    for changes, match in (
        ({"packages": {"lightgbm": "3.3.5"}}, "it needs lightgbm 3.3.5 and here is"),
        ({"cpu": ["SVE2"]}, "this processor lacks SVE2"),
    ):
        needs.write_text(json.dumps(json.loads(before) | changes))
        bundle.export(staging, PARAMS, version, out=tmp_path / "foreign")
        needs.write_text(before)
        refused(production, tmp_path / "foreign", CheckFailedError, match)


def test_what_is_no_bundle_is_refused(production: Settings, exported: Path, tmp_path: Path) -> None:
    """A missing file, another file, half of one, and one with something added."""
    refused(production, tmp_path / "nothing", BadInputError, "is not there")
    (tmp_path / "text").write_text("hello " * 400)
    refused(production, tmp_path / "text", BadInputError, "is no bundle")
    content = exported.read_bytes()
    (tmp_path / "half").write_bytes(content[: len(content) // 2])
    refused(production, tmp_path / "half", FrontpageError, "only a part of one|missing or was added")
    shutil.copy(exported, tmp_path / "more")
    (tmp_path / "extra").write_text("more")
    with tarfile.open(tmp_path / "more", "a") as archive:
        archive.add(tmp_path / "extra", "files/../../extra")
    refused(production, tmp_path / "more", CheckFailedError, "missing or was added")


def test_it_makes_the_same_lists_there(staging: Settings, production: Settings, version: str, exported: Path) -> None:
    """Imported as a candidate with all that it passed; promoted there, its lists have the checksum of staging's."""
    taken = bundle.import_(production, PARAMS, exported)
    assert taken.details["stage"] == "candidate"
    assert bundle.import_(production, PARAMS, exported).details == taken.details
    with connect(production.database_url) as connection:
        row, (event,) = versions.get(connection, version), versions.events(connection, version)
    assert row.acceptance["accepted"] is True
    assert row.fitness["is_fit"] is True
    assert row.lineage["bundle_signed_by"] == taken.details["signed_by"]
    assert event.actor == "person:bo"
    assert event.reason.startswith("imported from a bundle of person:ana, signed by key")
    promote.run(production, PARAMS, version, reason="staging liked it")
    features.run(production, PARAMS, NOW)
    there, here = (score.run(settings, PARAMS, NOW).details for settings in (production, staging))
    assert there["model"] == here["model"] == version
    assert there["checksum"] == here["checksum"]
