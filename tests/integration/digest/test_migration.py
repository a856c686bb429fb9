"""The migration of the digest, there and back, over rows of an older installation."""

from frontpage.store import migrate
from frontpage.store.connect import connect, execute, fetch_all

from ..serving_world import TEN, World


def test_up_down_and_up_again_keeps_what_was_sent(database, settings):
    """An edition and a delivery of before are an edition of that day; what contacts said becomes the first consent."""
    with connect(database) as connection:
        world = World(connection, settings)
        world.reader("ann")
        world.contact("ann", "ann@readers.example")
        run_id = world.publish({}, {("global", ""): ["g1"]})
    migrate.downgrade(database, "0002")
    with connect(database) as connection:
        execute(connection, "insert into digest_edition values ('2026-03-01', %s, %s, 'sent')", [TEN, run_id])
        delivery = "insert into digest_delivery values ('2026-03-01', %s, 'sent', '<1@x.example>')"
        execute(connection, delivery, [world.key("ann")])
    for revision in ("0003", "0002", "0003"):
        (migrate.upgrade if revision == "0003" else migrate.downgrade)(database, revision)
    with connect(database) as connection:
        rows = fetch_all(connection, "select local_day::text as day, sent_at is not null as sent from digest_delivery")
        assert rows == [{"day": "2026-03-01", "sent": True}]
        rows = fetch_all(connection, "select wants, how, happened_at from digest_consent")
        assert rows == [{"wants": True, "how": "source", "happened_at": TEN}]
