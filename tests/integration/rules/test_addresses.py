"""Addresses in the database: sealed by a load, opened by the digest alone, and put under another key by a verb."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from frontpage.core.errors import BadInputError
from frontpage.core.identity.addresses import AddressKeys
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import addresses, export_reader, extract
from frontpage.store import audit, programs
from frontpage.store.connect import connect, execute, fetch_all
from tests.integration.extract_world import START, iso, rows, write

HOUR = timedelta(hours=1)
ANN, BOB = "ann@readers.example", "bob@readers.example"
NEW = "a-new-secret-of-some-length"


def load(settings: Settings, folder: Path, hours: float, **contacts: str) -> dict[str, object]:
    """Extract of one file that says these addresses; its details."""
    readers = [
        {"reader_id": name, "signed_up_at": iso(START), "email": email, "digest_opt_in": True,
         "recorded_at": iso(START + hours * HOUR)}
        for name, email in contacts.items()
    ]  # fmt: skip
    write(folder, f"readers/{hours}.jsonl", readers)
    return dict(extract.run(settings, Params(), START + (hours + 1) * HOUR, [str(folder)]).details)


def stored(settings: Settings) -> dict[int, str]:
    """What lies in the database, by pseudonym."""
    return dict(rows(settings, "select reader_key, email from reader_contact order by 1"))


def opened(settings: Settings) -> set[str]:
    """The addresses that these are."""
    keys = AddressKeys.of(settings)
    return {keys.open(text, key) for key, text in stored(settings).items()}


def test_no_byte_of_an_address_is_in_a_dump(settings: Settings, tmp_path: Path):
    """Not of one that was loaded, not of one whose row was refused; what is loaded again changes nothing."""
    load(settings, tmp_path, 1, ann=ANN, bob=BOB)
    assert opened(settings) == {ANN, BOB}
    before = stored(settings)
    assert load(settings, tmp_path, 2, ann=ANN, bob=BOB)["unchanged"] == 2
    assert stored(settings) == before
    wrong = {
        "reader_id": "eve",
        "signed_up_at": iso(START),
        "timezone": "Nowhere",
        "email": "eve@readers.example",
    }
    odd = {"reader_id": "ivy", "signed_up_at": iso(START), "timezone": "Nowhere", "E-Mail": 'ivy "at" home'}
    write(tmp_path, "readers/wrong.jsonl", [wrong, odd])
    assert extract.run(settings, Params(), START + 9 * HOUR, [str(tmp_path)]).rejected == 2
    kept = [payload for (payload,) in rows(settings, "select payload from quarantine order by locator")]
    assert '"email":"<address>"' in kept[0]
    assert '"E-Mail":"<address>"' in kept[1]
    out = tmp_path / "dump.sql"
    command = [str(programs.bin_dir() / "pg_dump"), "--inserts", "-f", str(out), settings.database_url]
    subprocess.run(command, check=True)
    assert b"reader_contact" in out.read_bytes()
    assert b"readers.example" not in out.read_bytes()


def test_another_address_is_a_change_and_none_is_one_more_consent(settings: Settings, tmp_path: Path):
    """As it was in clear."""
    load(settings, tmp_path, 1, ann=ANN)
    assert load(settings, tmp_path, 2, ann="new@readers.example")["updated"] == 1
    assert opened(settings) == {"new@readers.example"}
    assert rows(settings, "select wants from digest_consent") == [(True,)]


def test_rotation_seals_what_is_clear_and_what_is_older(settings: Settings, tmp_path: Path):
    """One clear row, one under the old key: both under the new one, audited; the old key is needed no more."""
    load(settings, tmp_path, 1, ann=ANN, bob=BOB)
    key = next(iter(stored(settings)))
    with connect(settings.database_url) as connection:
        execute(connection, "update reader_contact set email = 'clear@readers.example' where reader_key = %s", [key])
    consents = rows(settings, "select count(*) from digest_consent")
    both = settings.model_copy(update={"address_keys": SecretStr(f"{NEW},derived")})
    done = addresses.rotate(both, Params(), reason="the old key was seen")
    assert (done.rows_in, done.rows_out) == (2, 2)
    only = settings.model_copy(update={"address_keys": SecretStr(NEW)})
    assert "clear@readers.example" in opened(only)
    assert addresses.rotate(only, Params(), reason="again").rows_out == 0
    assert rows(settings, "select count(*) from digest_consent") == consents
    with connect(settings.database_url) as connection:
        first = audit.entries(connection, "addresses rotate")[-1]
    assert (first["before"], first["after"]["sealed"], first["reason"]) == (
        {"clear": 1, "sealed": 1}, 2, "the old key was seen",
    )  # fmt: skip
    assert not any("readers.example" in str(value) for value in first.values())


def test_a_key_that_is_not_there_changes_nothing(settings: Settings, tmp_path: Path):
    """One sentence; the row that could be sealed is as it was, too."""
    load(settings, tmp_path, 1, ann=ANN)
    before = stored(settings)
    with pytest.raises(BadInputError, match="which FRONTPAGE_ADDRESS_KEYS does not hold; add that key"):
        addresses.rotate(settings.model_copy(update={"address_keys": SecretStr(NEW)}), Params(), reason="wrong")
    assert stored(settings) == before
    with connect(settings.database_url) as connection:
        assert fetch_all(connection, "select from audit_entry where action = 'addresses rotate'") == []


def test_a_person_gets_their_address_in_clear(settings: Settings, tmp_path: Path):
    """What is kept of them is theirs."""
    load(settings, tmp_path, 1, ann=ANN)
    export_reader.run(settings, Params(), "ann", reason="asked", out=tmp_path / "out")
    assert ANN in (tmp_path / "out" / "reader.json").read_text()
