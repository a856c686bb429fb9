"""The page of an execution says what it took, and for 1,000 lists."""

from tests.integration.desk.conftest import Client, logged_in
from tests.integration.serving_world import World
from tests.integration.test_footprint import ran


async def test_what_it_took_is_shown(as_role: Client, world: World):
    """One list was made: 0.0005 CPU-hours are 0.5 for a thousand; a training has no lists to tell of."""
    scored, trained = ran(world, "score", 1.8, artifact="run:1"), ran(world, "train", 1.8, as_of=None)
    client = await logged_in(as_role, world, "viewer")
    page = (await client.get(f"/runs/{scored}")).text
    assert "the whole edition, for 1,000 lists" in page
    assert '<td class="n">0.5</td>' in page
    assert "Run 1: 1 lists, 1 executions" in page
    assert "1,000 lists" not in (await client.get(f"/runs/{trained}")).text
