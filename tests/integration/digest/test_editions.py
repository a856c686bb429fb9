"""Who gets which edition: local mornings, consent, suppression, what was read or sent before, and the kill switch."""

import signal
from datetime import timedelta

import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.identity.pseudonym import address_hash
from frontpage.core.params import Params
from frontpage.core.sections.digest import DigestParams
from frontpage.core.settings import Settings
from frontpage.digest.letter import Letterhead
from frontpage.steps import digest
from frontpage.store.connect import execute, fetch_all
from frontpage.store.delivery import suppressions

from ..serving_world import TEN, World
from .post import GLOBAL, SHORT, received, start_digest, states, titles, wait_for

DAY = timedelta(days=1)


def live_in(world: World, reader_id: str, timezone: str) -> None:
    """The reader's time zone is known from TEN on."""
    sql = """insert into reader_version (reader_key, recorded_at, timezone, source, extract_id)
    values (%s, %s, %s, 'test', 0)"""
    execute(world.connection, sql, [world.key(reader_id), TEN, timezone])


def readers_of(world: World) -> dict[str, int]:
    """Deliveries by edition."""
    rows = fetch_all(world.connection, "select edition_id, count(*) as n from digest_delivery group by 1")
    return {row["edition_id"]: row["n"] for row in rows}


def test_each_reader_at_their_own_morning(world, mailing, mails):
    """At ten it is eleven in Lagos and five in Lima: Lima's mail goes out at noon, and nobody's twice."""
    execute(world.connection, "delete from reader_version")
    live_in(world, "ann", "Africa/Lagos")
    live_in(world, "bob", "America/Lima")
    world.publish({}, GLOBAL)
    assert digest.run(mailing, SHORT, TEN).artifact == "editions:2026-03-01.everywhere.0600"
    assert digest.run(mailing, SHORT, TEN + timedelta(hours=1)).rows_out == 0
    assert digest.run(mailing, SHORT, TEN + timedelta(hours=2)).rows_out == 1
    assert digest.run(mailing, SHORT, TEN + timedelta(hours=3)).rows_out == 0
    assert readers_of(world) == {"2026-03-01.everywhere.0600": 1, "2026-03-01.everywhere.1200": 1}
    assert [mail["To"] for mail in received(mails)] == ["ann@readers.example", "bob@readers.example"]


def test_who_moves_west_gets_one_mail_that_day(world, mailing, mails):
    """The morning comes twice on the day of the flight; the mail does not."""
    live_in(world, "ann", "Africa/Lagos")
    world.publish({}, GLOBAL)
    digest.run(mailing, SHORT, TEN)
    execute(world.connection, "update reader_version set timezone = 'America/Lima' where timezone is not null")
    digest.run(mailing, SHORT, TEN + timedelta(hours=2))
    assert sorted(mail["To"] for mail in received(mails)) == ["ann@readers.example", "bob@readers.example"]


def test_what_was_mailed_before_is_not_mailed_again(world, mailing, mails):
    """Yesterday's articles leave today's list; with too few fresh ones there is no mail, and the reason is kept."""
    world.publish({"ann": ["a1", "a2"]}, GLOBAL)
    digest.run(mailing, SHORT, TEN)
    world.publish({"ann": ["a2", "a3"]}, GLOBAL, TEN + DAY)
    digest.run(mailing, SHORT, TEN + DAY)
    assert [titles(mail) for mail in received(mails) if mail["To"].startswith("ann")] == [["a1", "a2"], ["a3"]]
    rows = fetch_all(world.connection, "select detail from digest_delivery where state = 'skipped'")
    assert [row["detail"] for row in rows] == ["only 0 fresh articles"]


def test_a_mail_has_at_least_so_many_articles_and_at_most(world, mailing, mails):
    """Three is the default minimum."""
    world.publish({"ann": ["a1", "a2", "a3", "n1"]}, GLOBAL)
    params = Params(digest=DigestParams(max_articles=3))
    assert digest.run(mailing, params, TEN).details["skipped"] == 1
    assert [titles(mail) for mail in received(mails)] == [["a1", "a2", "a3"]]


def test_the_language_is_the_one_the_reader_reads_most(world, mailing, mails):
    """Else the region's, else English."""
    sql = """insert into feast.reader_state (reader_key, event_timestamp, language, interests, decayed_reads, n_reads,
    categories, category_shares, publishers, publisher_shares, recent_articles, recent_dwell_seconds, fingerprint)
    values (%s, %s, 'fr', '{}', '{}', 1, '{}', '{}', '{}', '{}', '{}', '{}', 0)"""
    execute(world.connection, sql, [world.key("ann"), TEN])
    world.publish({}, GLOBAL)
    digest.run(mailing, SHORT, TEN)
    texts = {mail["To"][:3]: mail.get_body(("plain",)).get_content() for mail in received(mails)}
    assert "dimanche 1 mars 2026" in texts["ann"]
    assert "Sunday, March 1, 2026" in texts["bob"]


def test_consent_is_a_history(world):
    """Each yes and no, with when, how and from which source; a yes said again is one, a change of address is none."""
    execute(world.connection, "update reader_contact set email = 'ann@new.example' where email like 'ann%'")
    execute(world.connection, "update reader_contact set digest_opt_in = false where email like 'ann%'")
    execute(world.connection, "update reader_contact set claimed_at = %s where email like 'ann%%'", [TEN + DAY])
    rows = fetch_all(
        world.connection,
        "select wants, how, happened_at from digest_consent where reader_key = %s order by consent_id",
        [world.key("ann")],
    )
    assert rows == [
        {"wants": True, "how": "source", "happened_at": TEN},
        {"wants": False, "how": "source", "happened_at": TEN},
        {"wants": False, "how": "source", "happened_at": TEN + DAY},
    ]


def test_a_suppressed_address_gets_nothing_even_from_another_reader(world, mailing, mails):
    """The hash is of the address, so an erased reader who comes back under another id stays suppressed."""
    hashed = address_hash("Ann@Readers.example", mailing.pseudonym_secret.get_secret_value())
    assert suppressions.suppress(world.connection, hashed)
    execute(world.connection, "update reader_contact set email = 'ANN@readers.example' where email like 'bob%'")
    world.publish({}, GLOBAL)
    assert digest.run(mailing, SHORT, TEN).details["skipped"] == 2
    assert received(mails) == []
    assert suppressions.release(world.connection, hashed)
    world.publish({}, GLOBAL, TEN + DAY)
    assert digest.run(mailing, SHORT, TEN + DAY).rows_out == 2


def test_a_dead_address_is_suppressed_and_a_spam_verdict_is_not(world, settings, moody):
    """5.1.1 says nobody is there; a plain 550 or 5.7.1 says something of the mail, and counts as a soft bounce."""
    world.publish({}, GLOBAL)
    _, url = moody(rcpt=["550 5.7.1 <bob@readers.example> looks like spam", "550 5.1.1 no such user"])
    mailing = settings.model_copy(update={"smtp_url": url})
    digest.run(mailing, SHORT, TEN)
    assert fetch_all(world.connection, "select * from digest_suppression") == []
    world.publish({"bob": ["a1"]}, GLOBAL, TEN + DAY)
    digest.run(mailing, SHORT, TEN + DAY)
    rows = fetch_all(world.connection, "select reason, detail from digest_suppression")
    assert rows == [{"reason": "bounce", "detail": "550 5.1.1 no such user"}]
    reports = fetch_all(world.connection, "select is_final, detail from digest_report order by recorded_at")
    assert reports[0] == {"is_final": False, "detail": "550 5.7.1 <address> looks like spam"}


def test_three_soft_bounces_are_enough(world, settings, moody):
    """In three editions within 30 days."""
    _, url = moody(rcpt=["550 no"] * 3)
    mailing = settings.model_copy(update={"smtp_url": url})
    suppressed = []
    for day in range(3):
        world.publish({"bob": ["a1"]}, GLOBAL, TEN + DAY * day)
        digest.run(mailing, SHORT, TEN + DAY * day)
        suppressed.append(len(fetch_all(world.connection, "select from digest_suppression")))
    assert suppressed == [0, 0, 1]


def test_no_address_stands_anywhere_but_in_the_contacts(world, settings, moody, capfd):
    """Not in any column of any table after bounces and sends, and not in what the command says."""
    world.publish({}, GLOBAL)
    _, url = moody(rcpt=["550 5.1.1 <bob@readers.example>: unknown", "450 bob@readers.example"])
    process = start_digest(settings.model_copy(update={"smtp_url": url}))
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert "readers.example" not in output
    tables = fetch_all(world.connection, "select relname from pg_stat_user_tables where relname like 'digest%'")
    for table in [row["relname"] for row in tables]:
        rows = fetch_all(world.connection, f"select to_jsonb(t)::text as line from {table} t")
        assert [row for row in rows if "readers.example" in row["line"]] == []


def test_the_kill_switch_stops_a_running_send_within_a_second(world, settings, mails, sink):
    """`--stop` from another process: the sender ends by itself, what is owed stays owed, `--resume` goes on."""
    for n in range(400):
        world.reader(f"r{n}")
        world.contact(f"r{n}", f"r{n}@readers.example")
    execute(world.connection, "update reader_contact set digest_opt_in = false where email like 'bob%'")
    world.publish({}, GLOBAL)
    edition = "2026-03-01.everywhere.0700"
    mailing = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{sink.port}"})
    sender = start_digest(mailing)
    wait_for(lambda: len(list(mails.glob("*.eml"))) > 20)
    digest.stop(mailing, SHORT, edition)
    n_at_stop = len(list(mails.glob("*.eml")))
    output, _ = sender.communicate(timeout=10)
    assert sender.returncode == 0, output
    assert len(received(mails)) <= n_at_stop + 1
    assert states(world.connection)["pending"] >= 400 - n_at_stop - 1
    assert digest.run(mailing, SHORT, TEN).rows_out == 0
    digest.resume(mailing, SHORT, edition)
    digest.run(mailing, SHORT, TEN)
    assert len(received(mails)) == len({mail["To"] for mail in received(mails)}) == 401


def test_all_can_be_stopped_before_they_begin(world, mailing, mails):
    """`--stop all` holds for editions to come; a name that is none is refused."""
    world.publish({}, GLOBAL)
    digest.stop(mailing, SHORT, "all")
    assert digest.run(mailing, SHORT, TEN).rows_out == 0
    digest.resume(mailing, SHORT, "all")
    assert digest.run(mailing, SHORT, TEN).rows_out == 2
    with pytest.raises(BadInputError, match="no edition 2026-03-01"):
        digest.stop(mailing, SHORT, "2026-03-01")
    with pytest.raises(BadInputError, match="was not stopped"):
        digest.resume(mailing, SHORT, "all")


def test_what_was_not_sent_in_time_never_is(world, mailing, mails):
    """After twelve hours an edition has expired; the readers are told apart from those who did not want it."""
    world.publish({}, GLOBAL)
    digest.stop(mailing, SHORT, "all")
    digest.run(mailing, SHORT, TEN)
    digest.resume(mailing, SHORT, "all")
    digest.run(mailing, SHORT, TEN + timedelta(hours=12))
    assert fetch_all(world.connection, "select distinct state, detail from digest_delivery") == [
        {"state": "skipped", "detail": "too late"}
    ]
    assert received(mails) == []


def test_a_provider_is_given_mails_no_faster_than_it_wants(world, mailing, mails):
    """120 a minute: the fourth mail to that provider leaves a second and a half after the first."""
    for n in range(2):
        world.reader(f"r{n}")
        world.contact(f"r{n}", f"r{n}@readers.example")
    world.publish({}, GLOBAL)
    rates = {"readers.example": {"per_minute": 120, "connections": 1}}
    params = Params(digest=DigestParams(min_articles=1, rates=rates))
    digest.run(mailing, params, TEN)
    rows = fetch_all(world.connection, "select sent_at from digest_delivery order by sent_at")
    assert len(rows) == 4
    # What a mail itself takes may vary by a little.
    assert rows[-1]["sent_at"] - rows[0]["sent_at"] > timedelta(seconds=1.3)


def test_a_test_mail_is_marked_and_recorded_nowhere(world, mailing, mails):
    """One mail to whom we say; no edition, no delivery."""
    world.publish({"ann": ["a1"]}, GLOBAL)
    digest.run(mailing, SHORT, TEN, test_to="me@desk.example")
    (mail,) = received(mails)
    assert (mail["To"], mail["Subject"].startswith("[Test] Title of")) == ("me@desk.example", True)
    assert fetch_all(world.connection, "select from digest_edition") == []


def test_settings_that_cannot_sign_end_the_run_before_the_first_mail(world, mailing, tmp_path):
    """A key file that is missing or no key, and a link secret that is too short."""
    world.publish({}, GLOBAL)
    broken = tmp_path / "key.pem"
    broken.write_text("no key")
    for wrong in ({"dkim_key_file": str(broken)}, {"dkim_key_file": str(tmp_path / "none")}):
        with pytest.raises(BadInputError, match="FRONTPAGE_DKIM_KEY_FILE"):
            digest.run(mailing.model_copy(update=wrong), SHORT, TEN)
    with pytest.raises(BadInputError, match="FRONTPAGE_LINK_SECRETS"):
        Letterhead.of(Settings(link_secrets="short"), SHORT.digest)
    assert states(world.connection) == {}


def test_a_terminated_sender_leaves_nothing_torn(world, settings, mails, sink):
    """SIGTERM, as Airflow sends it: the next run goes on."""
    for n in range(200):
        world.reader(f"r{n}")
        world.contact(f"r{n}", f"r{n}@readers.example")
    world.publish({}, GLOBAL)
    mailing = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{sink.port}"})
    sender = start_digest(mailing)
    wait_for(lambda: len(list(mails.glob("*.eml"))) > 20)
    sender.send_signal(signal.SIGTERM)
    sender.wait(timeout=10)
    wait_for(lambda: not fetch_all(world.connection, "select from pg_locks where locktype = 'advisory'"))
    digest.run(mailing, SHORT, TEN)
    assert states(world.connection) == {"sent": 202}
    assert len({mail["To"] for mail in received(mails)}) == 202
