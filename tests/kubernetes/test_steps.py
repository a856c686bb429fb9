"""Steps as pods: the same lists as on this machine, a training, a pod that is too small, a backup."""

from pathlib import Path

import pytest

from frontpage.store.connect import connect, fetch_one
from tests.kubernetes.conftest import WORLD, Edition
from tests.kubernetes.kubernetes import Kubernetes
from tests.kubernetes.machine import ROOT
from tests.support.installation import Installation

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]


@pytest.fixture
def host(database: str, tmp_path: Path, cluster: Kubernetes) -> Installation:
    """This machine, with a database of its own and the same secret of pseudonyms."""
    made = Installation(database, tmp_path / "home", tmp_path / "newsroom", ROOT / "params.yaml")
    made.environment["FRONTPAGE_PSEUDONYM_SECRET"] = cluster.secrets["pseudonyms"]
    return made


def test_a_refresh_as_a_pod_makes_the_lists_of_this_machine(edition: Edition, host: Installation):
    """One checksum over all lists, of the same newsroom as of the same moment."""
    host.run("simulate", *WORLD, "--until", edition.as_of, "--out", str(host.world))
    for verb in ("extract", "validate", "refresh"):
        host.run(verb, "--as-of", edition.as_of)
    with connect(host.database) as connection:
        here = fetch_one(connection, "select checksum, n_rows from rec_run where state = 'published'")
    print(
        f"\npod {edition.checksum[:16]} in {edition.seconds:.0f} s, here {here['checksum'][:16]}, rows {here['n_rows']}"
    )
    assert edition.checksum == here["checksum"]


def test_a_retrain_as_a_pod_makes_a_champion(cluster: Kubernetes, edition: Edition):
    """In a pod of its own size; the refresh after it makes lists by the model."""
    trained = cluster.job("retrain-once", "retrain", seconds=900, AS_OF=edition.as_of)
    assert trained.succeeded, trained.log[-2000:]
    champion = cluster.sql("select version from model_version where stage = 'champion'")
    assert champion, trained.log[-2000:]
    again = cluster.job("refresh-again", "refresh", AS_OF=edition.as_of)
    assert again.succeeded, again.log[-2000:]
    served = cluster.sql("select model_version from rec_run where state = 'published' order by run_id desc limit 1")
    print(f"\nretrain {trained.seconds:.0f} s, then refresh {again.seconds:.0f} s; champion {champion} is served")
    assert served == champion


def test_a_pod_that_is_too_small_says_so(cluster: Kubernetes, edition: Edition):
    """Killed by the kernel; a sentence names the step and the limit, where `kubectl describe` shows it."""
    done = cluster.job("too-small", "refresh", memory="64Mi", AS_OF=edition.as_of)
    print(f"\nexit code {done.exit_code}: {done.words.strip().splitlines()[-1]}")
    assert not done.succeeded
    assert done.exit_code == 137
    assert "was killed: it needed more memory than the 64 MB that this pod may use" in done.words
    assert cluster.sql("select checksum from rec_run where state = 'published' order by run_id limit 1")


def test_a_backup_is_made_and_opens(cluster: Kubernetes, edition: Edition):
    """The nightly job, once by hand; another pod unpacks what it sealed."""
    made = cluster.job("backup-once", "backup")
    assert made.succeeded, made.log
    unpack = [
        "sh",
        "-ec",
        "frontpage backup restore /tmp/restored && cat /tmp/restored/PG_VERSION && ls -s /backups/base",
    ]
    opened = cluster.job("backup-opened", "backup", unpack)
    assert opened.succeeded, opened.log
    print(f"\nbackup {made.seconds:.0f} s, unpacked in {opened.seconds:.0f} s: {' '.join(opened.log.split()[-5:])}")
    assert "17" in opened.log.split()
