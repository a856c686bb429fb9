"""`frontpage models export|import|key`: a version in one signed file, from one installation to another."""

from pathlib import Path
from tempfile import TemporaryDirectory

from frontpage.core.clock import iso
from frontpage.core.errors import CheckFailedError, NothingPublishedError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle import artefacts, tracking
from frontpage.lifecycle.artefacts import folder_of
from frontpage.lifecycle.records import TrainingRecord, Verdict
from frontpage.lifecycle.release import bundle, signing
from frontpage.lifecycle.release.bundle import Bundle
from frontpage.lifecycle.release.card import write_card
from frontpage.lifecycle.release.fitness import require_fit
from frontpage.store import versions
from frontpage.store.connect import Connection, connect
from frontpage.store.server import database_url
from frontpage.store.versions import ModelVersion
from models.evaluation.report import read_acceptance, read_evaluation
from models.training import artefact


def key(settings: Settings, _params: Params) -> Summary:
    """Make the key pair that signs this installation's bundles. Raises BadInputError where there is one."""
    private = signing.signing_key_file(settings)
    made = signing.make_key(private)
    return Summary("models key", rows_out=1, artifact=str(signing.public_key_file(private)), details={"key": made})


def export(settings: Settings, _params: Params, version: str, *, out: Path) -> Summary:
    """Write the bundle of a version: what it is, what it passed, its files and card, signed.

    Raises BadInputError where there is no key to sign with, NothingPublishedError for an unknown version.
    """
    with connect(database_url(settings)) as connection:
        row, trail = versions.get(connection, version), versions.events(connection, version)
        write_card(connection, settings, row)
    private = signing.signing_key_file(settings)
    n_files = bundle.write_bundle(row, trail, folder_of(row, settings), out, private, settings.actor)
    return Summary("models export", rows_in=1, rows_out=n_files, artifact=str(out), details={"version": version})


def import_(settings: Settings, params: Params, file: Path) -> Summary:
    """Take a version over from a bundle, as a candidate; the same one again changes nothing.

    Raises CheckFailedError where it was changed, signed by nobody who is trusted, is not fit for this machine, or is
    here with other artefacts; BadInputError for a file that is no bundle. Nothing has changed then.
    """
    settings.path("models").mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.path("models"), prefix=".import-") as made:
        found = bundle.read_bundle(file, signing.trusted_keys_file(settings), Path(made) / "files")
        version = found.version.version
        fit = require_fit(found.folder, params, version, found.version.fitness.get("measured"))
        with connect(database_url(settings), application="frontpage models import") as connection:
            _refuse_another(connection, found.version)
            place = bundle.settle(found.folder, settings.path("models", version))
            row = _registered(connection, settings, found, place)
            versions.set_findings(connection, version, acceptance=found.version.acceptance, fitness=fit.as_json())
            row = versions.get(connection, version)
            write_card(connection, settings, row)
    artefacts.push(row, settings)
    _mirror(settings, row, place)
    details = {"version": version, "stage": row.stage, "signed_by": found.signed_by}
    return Summary("models import", rows_in=1, rows_out=1, artifact=str(place), details=details)


def _refuse_another(connection: Connection, version: ModelVersion) -> None:
    try:
        known = versions.get(connection, version.version)
    except NothingPublishedError:
        return
    if known.artefact_hash != version.artefact_hash:
        raise CheckFailedError(f"{version.version} is here with other artefacts; nothing was taken over")


def _registered(connection: Connection, settings: Settings, found: Bundle, place: Path) -> ModelVersion:
    """The row of the version; of a parent that is not here its name stays in the lineage."""
    given = found.version
    known = {row.version for row in versions.newest(connection, limit=10_000)}
    row = ModelVersion(
        version=given.version,
        as_of=given.as_of,
        artefact_uri=str(place),
        artefact_hash=given.artefact_hash,
        snapshot_hash=given.snapshot_hash,
        parent=given.parent if given.parent in known else None,
        metrics=given.metrics,
        gate=given.gate,
        lineage={**given.lineage, "parent": given.parent, "bundle_signed_by": found.signed_by},
    )
    reason = f"imported from a bundle of {found.exported_by}, signed by key {found.signed_by}, as of {iso(given.as_of)}"
    versions.insert(connection, row, actor=settings.acting, reason=reason)
    return row


def _mirror(settings: Settings, row: ModelVersion, place: Path) -> None:
    """The trackers know it as if it had been trained here; what it passed elsewhere is told too."""
    model = artefact.load(place)
    record = TrainingRecord(
        version=row.version,
        as_of=row.as_of,
        snapshot_hash=row.snapshot_hash or "",
        artefact_dir=place,
        artefact_hash=row.artefact_hash,
        params=model.params.model_dump(mode="json"),
        metrics=model.metrics,
        histories=model.histories,
        plots=sorted((place / artefact.PLOTS).glob("*.png")),
        parent=row.parent,
        git_commit=row.lineage.get("code_commit"),
        lineage=row.lineage,
    )
    tracking.track_training(settings, record)
    for test, found, (metrics, files) in (
        ("gate", row.gate, read_evaluation(place / "evaluation")),
        ("acceptance", row.acceptance, read_acceptance(place / "acceptance")),
    ):
        if found:
            passed = bool(found.get("passed", found.get("accepted")))
            told = Verdict(row.version, row.as_of, passed, found["reasons"], metrics, files, test)  # type: ignore[arg-type]
            tracking.track_verdict(settings, told, row.stage)
