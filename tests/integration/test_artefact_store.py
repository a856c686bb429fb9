"""Artefacts by one URL: under their own hash, checked when read, and there for whoever lacks them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontpage.core.errors import BadInputError, CheckFailedError, UnavailableError
from frontpage.core.settings import Settings
from frontpage.lifecycle import registry
from frontpage.lifecycle.artefact_store import ArtefactStore, store_of
from frontpage.lifecycle.snapshots import pull_snapshot, push_snapshot
from frontpage.steps import features, score, snapshot, train
from frontpage.store import versions
from frontpage.store.connect import connect
from frontpage.store.server import Server
from models.files import sha256
from tests.integration.released import filled
from tests.unit.models.newsroom_world import PARAMS
from tests.unit.models.worlds import NOW


@pytest.fixture(params=["folder", "file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArtefactStore:
    """A store in a folder, by its address, and in memory."""
    urls = {"folder": str(tmp_path), "file": tmp_path.as_uri(), "memory": f"memory://{tmp_path.name}"}
    return ArtefactStore(urls[request.param])


def test_content_lies_under_its_hash(store: ArtefactStore) -> None:
    """Once, however often it is put; what is not there says so."""
    digest = store.put(b"factors")
    assert store.put(b"factors") == digest
    assert store.get(digest) == b"factors"
    with pytest.raises(UnavailableError, match="does not hold 00"):
        store.get("00" * 32)


def test_a_folder_comes_back_as_it_was(store: ArtefactStore, tmp_path: Path) -> None:
    """With all that is below it; again, after something was found out, with that too."""
    folder = tmp_path / "v1"
    (folder / "evaluation").mkdir(parents=True)
    (folder / "ranker.txt").write_text("trees")
    (folder / "evaluation" / "gate.json").write_text("{}")
    assert store.push("v1", folder) == 2
    (folder / "card.html").write_text("<p>")
    assert store.push("v1", folder) == 3
    fetched = store.fetch("v1", tmp_path / "elsewhere" / "v1")
    files = {path.relative_to(fetched).as_posix(): path.read_text() for path in fetched.rglob("*") if path.is_file()}
    assert files == {"ranker.txt": "trees", "evaluation/gate.json": "{}", "card.html": "<p>"}
    with pytest.raises(UnavailableError, match=r"does not hold versions/v2\.json"):
        store.fetch("v2", tmp_path / "v2")
    assert not (tmp_path / "v2").exists()


def test_what_was_changed_is_not_taken(tmp_path: Path) -> None:
    """A byte in the store, or a list of files that leads out of the folder."""
    store = ArtefactStore(f"{tmp_path}/store")
    folder = tmp_path / "v1"
    folder.mkdir()
    (folder / "ranker.txt").write_text("trees")
    store.push("v1", folder)
    (blob,) = (path for path in (tmp_path / "store" / "blobs").rglob("*") if path.is_file())
    blob.write_text("treez")
    with pytest.raises(CheckFailedError, match="holds other content than its name says"):
        store.fetch("v1", tmp_path / "other")
    assert not (tmp_path / "other").exists()
    store.put_named("versions/v1.json", b'{"../out": "%s"}' % store.put(b"x").encode())
    with pytest.raises(CheckFailedError, match="leads out of the folder"):
        store.fetch("v1", tmp_path / "other")


def test_an_address_that_nothing_answers_to() -> None:
    """A scheme that nobody knows, or an object store that is not there, is one sentence."""
    with pytest.raises(BadInputError, match="FRONTPAGE_ARTEFACTS=nosuch://bucket"):
        store_of(Settings(artefacts="nosuch://bucket"))
    nowhere = "s3://key:secret@bucket/models?endpoint_override=http://127.0.0.1:9&scheme=http"
    store = store_of(Settings(artefacts=nowhere))
    assert store is not None
    with pytest.raises(UnavailableError, match="check FRONTPAGE_ARTEFACTS"):
        store.put(b"factors")


def test_without_an_address_nothing_is_copied() -> None:
    """The home is enough for one machine."""
    assert store_of(Settings()) is None


@pytest.fixture(scope="module")
def settings(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An installation that keeps its artefacts in a folder for others."""
    folder = tmp_path_factory.mktemp("store")
    with filled(postgres, folder / "home", "store_test") as made:
        yield made.model_copy(update={"artefacts": (folder / "artefacts").as_uri()})


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_second_home_fetches_what_it_lacks(settings: Settings, tmp_path: Path) -> None:
    """A model and a snapshot made in one home that is gone, used in an empty one beside the same database."""
    features.run(settings, PARAMS, NOW)
    name = f"{NOW:%Y%m%dT%H%M%S}"
    snapshot.run(settings, PARAMS, NOW, settings.path("snapshots", name))
    made = train.run(settings, PARAMS, NOW)
    version = made.details["version"]
    here = score.run(settings, PARAMS, NOW, variant=version)
    with connect(settings.database_url) as connection:
        row = versions.get(connection, version)
    assert row.lineage["dvc_hash"] == push_snapshot(settings, settings.path("snapshots", name))
    expected = sha256(settings.path("snapshots", name) / "reads.parquet")
    shutil.rmtree(settings.path("models"))
    shutil.rmtree(settings.path("snapshots"))

    second = settings.model_copy(update={"home": tmp_path / "second"})
    assert score.run(second, PARAMS, NOW, variant=version).details["checksum"] == here.details["checksum"]
    assert registry.loaded(row, second).version == version
    assert (second.path("models", version) / "environment.json").is_file()
    assert sha256(pull_snapshot(second, name) / "reads.parquet") == expected

    third = settings.model_copy(update={"home": tmp_path / "third", "artefacts": ""})
    with pytest.raises(BadInputError, match="holds no model"):
        score.run(third, PARAMS, NOW, variant=version)
