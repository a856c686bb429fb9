"""Rates per mailbox provider."""

from frontpage.core.sections.digest import RateParams
from frontpage.digest.lanes import Job, Lanes


def jobs(domain: str, n: int, edition: str = "e") -> list[Job]:
    """N mails to a domain."""
    return [Job(edition, key, domain) for key in range(n)]


def test_without_rates_jobs_come_in_order():
    """And at the end there is nothing."""
    lanes = Lanes(jobs("a.example", 2) + jobs("b.example", 1), {})
    assert [lanes.take(0) for _ in range(4)] == [*jobs("a.example", 2), *jobs("b.example", 1), None]


def test_a_provider_gets_its_mails_evenly_spread():
    """60 a minute is one each second, however many are waiting; the others go on meanwhile."""
    lanes = Lanes(jobs("slow.example", 3) + jobs("other.example", 1), {"slow.example": RateParams(per_minute=60)})
    assert lanes.take(10.0).domain == "slow.example"
    assert lanes.take(10.0).domain == "other.example"
    assert lanes.take(10.25) == 0.75
    assert lanes.take(11.0).domain == "slow.example"
    assert lanes.take(11.0) == 1.0


def test_a_provider_gets_so_many_connections():
    """The third mail waits until one of two is over."""
    lanes = Lanes(jobs("a.example", 3), {"a.example": RateParams(connections=2)})
    first, _ = lanes.take(0), lanes.take(0)
    assert isinstance(lanes.take(0), float)
    lanes.done(first)
    assert lanes.take(0).reader_key == 2


def test_the_star_is_each_domain_by_itself():
    """Two domains that are not listed do not wait for each other."""
    lanes = Lanes(jobs("a.example", 2) + jobs("b.example", 2), {"*": RateParams(per_minute=60)})
    assert [lanes.take(0).domain for _ in range(2)] == ["a.example", "b.example"]
    assert lanes.take(0) == 1.0


def test_lanes_take_turns():
    """A domain with many mails does not keep the others waiting."""
    lanes = Lanes(jobs("a.example", 3) + jobs("b.example", 3), {"a.example": RateParams(connections=9)})
    assert [lanes.take(0).domain[0] for _ in range(6)] == list("ababab")


def test_a_stopped_edition_is_dropped():
    """What was taken stays taken."""
    lanes = Lanes(jobs("a.example", 2, "bad") + jobs("a.example", 1, "good"), {})
    lanes.take(0)
    lanes.drop(lambda job: job.edition_id == "bad")
    assert lanes.take(0).edition_id == "good"
    assert lanes.take(0) is None


def test_readers_ahead_are_those_of_the_same_edition():
    """Lists are read ahead for them."""
    lanes = Lanes([*jobs("a.example", 3, "x"), *jobs("a.example", 2, "y")], {})
    assert lanes.ahead(lanes.take(0), 3) == [1, 2]
