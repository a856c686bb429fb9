"""Nobody sees or changes anything at the desk without a role for it: every route there is, by a list made of them."""

import pytest

from frontpage.store import audit, keys
from tests.integration.desk.conftest import ROLES, Client, logged_in, routes, token_of
from tests.integration.serving_world import World


async def test_every_route_is_refused_without_a_log_in(as_role: Client):
    """A browser is led to the log-in; whoever asks otherwise, and every form, is refused."""
    client = as_role("nobody")
    found = routes(client)
    assert len(found) > 40
    for method, path, _ in found:
        answer = await client.request(method, path)
        assert answer.status_code == (303 if method == "GET" else 401), (method, path)
        assert (await client.request(method, path, headers={"accept": "*/*"})).status_code == 401, (method, path)


@pytest.mark.parametrize("role", ROLES)
async def test_every_route_is_refused_as_a_role_without_it(as_role: Client, world: World, role: str):
    """A viewer looks at nobody's data, an auditor changes nothing, an editor no model, an operator no article."""
    client = await logged_in(as_role, world, role)
    refused = [(method, path) for method, path, roles in routes(client) if not roles & {role, "viewer"}]
    assert refused
    for method, path in refused:
        assert (await client.request(method, path)).status_code == 403, (method, path)


@pytest.mark.parametrize("role", ROLES)
async def test_a_form_of_another_site_is_refused(as_role: Client, world: World, role: str):
    """Every POST wants the token that only a page of this person carries; another person's is none."""
    client = await logged_in(as_role, world, role)
    other = await logged_in(as_role, world, "other", scopes=["operator", "editor"])
    foreign = await token_of(other, "/digest")
    mine = [(method, path) for method, path, roles in routes(client) if method == "POST" and role in roles]
    for method, path in mine:
        for token in ("", "0" * 64, foreign):
            answer = await client.request(method, path, data={"form_token": token, "reason": "a test"})
            assert answer.status_code == 403, (path, token)
    assert mine or role == "viewer"


async def test_a_key_of_the_api_does_not_open_the_desk(as_role: Client, world: World):
    """Reading lists for a back end is no role of a person."""
    client = as_role("nobody")
    new = keys.NewKey("back end", b"k" * 32, ["read", "events"])
    keys.add_key(world.connection, new, "person:test", "a test")
    assert (await client.post("/login", data={"key": "k" * 32})).status_code == 401
    assert (await client.get("/runs")).status_code == 303


async def test_a_revoked_key_is_out_at_once(as_role: Client, world: World):
    """The cookie of a log-in is worth nothing without its key."""
    client = await logged_in(as_role, world, "viewer")
    assert (await client.get("/runs")).status_code == 200
    newest = keys.list_keys(world.connection)[-1]
    keys.revoke_key(world.connection, newest["key_id"], "person:test", "left")
    assert (await client.get("/runs")).status_code == 303


async def test_a_look_at_a_reader_is_audited(as_role: Client, world: World):
    """With who looked, and without the reader's id."""
    client = await logged_in(as_role, world, "auditor")
    page = await client.get("/readers/ann")
    assert "Title of a1" in page.text
    (entry,) = audit.entries(world.connection, "reader look-up")
    assert entry["actor"] == "person:auditor_of_the_test"
    assert "ann" not in entry["subject"]
