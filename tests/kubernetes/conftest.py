"""One cluster with one installation for all of these tests; without one they are skipped, saying so."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from frontpage.core.clock import HOUR, floor_to, iso
from tests.kubernetes.installation import installed, made_secrets
from tests.kubernetes.kubernetes import Kubernetes
from tests.kubernetes.machine import build, engine, node, skip_without_cluster

WORLD = ("--readers", "500", "--days", "4", "--articles-per-day", "300", "--seed", "7")


@dataclass(frozen=True)
class Edition:
    """Lists that a pod published: as of when, by their checksum, for whom."""

    as_of: str
    checksum: str
    readers: tuple[str, ...]
    seconds: float


@pytest.fixture(scope="session")
def bare_cluster() -> Iterator[Kubernetes]:
    """A node with the images of this checkout."""
    skip_without_cluster()
    began = time.monotonic()
    with engine() as environment:
        build(environment)
        built = time.monotonic()
        with node(environment) as inside:
            print(f"\nimages {built - began:.0f} s, node with images {time.monotonic() - built:.0f} s")
            yield Kubernetes(inside, made_secrets())


@pytest.fixture(scope="session")
def cluster(bare_cluster: Kubernetes) -> Iterator[Kubernetes]:
    """The same with the overlay `test` installed."""
    began = time.monotonic()
    with installed(bare_cluster):
        print(f"\noverlay test applied, migrated and ready in {time.monotonic() - began:.0f} s")
        yield bare_cluster


@pytest.fixture(scope="session")
def edition(cluster: Kubernetes) -> Edition:
    """A simulated newsroom, taken in and served, by the pods of cron job `refresh`."""
    as_of = iso(floor_to(datetime.now(UTC), HOUR))
    simulate = ["frontpage", "simulate", *WORLD, "--until", as_of, "--out", "/var/lib/frontpage/newsroom"]
    world = cluster.job("world", "refresh", simulate)
    assert world.succeeded, world.log
    done = cluster.job("refresh-once", "refresh", AS_OF=as_of)
    assert done.succeeded, done.log
    checksum = cluster.sql("select checksum from rec_run where state = 'published' order by run_id desc limit 1")
    readers = cluster.sql("select reader_id from reader order by reader_id limit 40").splitlines()
    return Edition(as_of, checksum, tuple(readers), done.seconds)
