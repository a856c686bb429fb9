"""What the pages show of a small world, and what forms change in it."""

import pytest

from frontpage.store import audit
from frontpage.store.connect import fetch_one
from tests.integration.desk.conftest import Client, logged_in, routes, token_of
from tests.integration.serving_world import World

EVERYTHING = ["operator", "editor", "auditor"]
#: Pages that need more than this world has.
_APART = ("/versions/v1", "/experiments/1", "/runs/1", "/sources-check", "/why/", "/digest-preview", "/lists-back")


async def test_every_page_is_there(as_role: Client, world: World):
    """Each is whole HTML (or CSV), says what it is, and takes nothing from elsewhere."""
    client = await logged_in(as_role, world, "everything", EVERYTHING)
    pages = [path for method, path, _ in routes(client) if method == "GET" and not path.startswith(_APART)]
    assert len(pages) >= 20
    for path in pages:
        answer = await client.get(path)
        assert answer.status_code == 200, (path, answer.text[-300:])
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "http://" not in answer.text.replace("http://desk.test", ""), path
    assert (await client.get("/versions/v1")).status_code == 404


async def test_what_cannot_be_is_refused_in_a_sentence(as_role: Client, world: World):
    """Unknown articles, versions and tables, an id that PostgreSQL cannot hold, a path that is none."""
    client = await logged_in(as_role, world, "operator")
    for path, status in (
        ("/articles/nothing", 404), ("/versions/nothing", 404), ("/data/readers.csv", 400), ("/readers/a%00b", 400),
        ("/data/articles.csv?days=1e12", 422), ("/nowhere", 404), ("/shares/author", 400),
    ):  # fmt: skip
        assert (await client.get(path)).status_code == status, path
    assert "Nobody has this id" in (await client.get("/readers/nobody")).text


async def test_today_says_what_is_served(as_role: Client, world: World):
    """The edition, its coverage, and that it is old."""
    client = await logged_in(as_role, world, "viewer")
    page = (await client.get("/")).text
    assert "2026-03-01 10:00" in page
    assert "100.0% of 1 known readers" in page
    assert "too old" in page


async def test_rows_in_quarantine_are_text(as_role: Client, world: World):
    """Whatever a source sent, it is shown and never obeyed."""
    client = await logged_in(as_role, world, "operator")
    page = (await client.get("/quarantine?reason=missing_field")).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


async def test_an_editor_retracts_and_takes_back(as_role: Client, world: World):
    """By a form with a reason; audited with who it was; refused without a reason."""
    client = await logged_in(as_role, world, "editor")
    token = await token_of(client, "/articles/a1")
    nothing = await client.post("/article-retract/a1", data={"form_token": token, "do": "retract", "reason": " "})
    assert nothing.status_code == 400
    done = await client.post("/article-retract/a1", data={"form_token": token, "do": "retract", "reason": "made up"})
    assert done.status_code == 303, done.text
    assert "Retracted: it stands in no list" in (await client.get(done.headers["location"])).text
    (entry,) = audit.entries(world.connection, "article retract")
    assert (entry["actor"], entry["reason"]) == ("person:editor_of_the_test", "made up")
    ran = fetch_one(world.connection, "select caller, verb from execution where verb = 'retract' limit 1")
    assert ran == {"caller": "desk", "verb": "retract"}
    back = await client.post("/article-retract/a1", data={"form_token": token, "do": "undo", "reason": "it is true"})
    assert "Retracted" not in (await client.get(back.headers["location"])).text


async def test_an_operator_goes_back_to_an_earlier_run(as_role: Client, world: World):
    """After a look at what that would do; then it is held, and let go of."""
    first = fetch_one(world.connection, "select run_id from published_run")
    world.publish({"ann": ["a2", "a1"]}, {("global", ""): ["a2", "a1"]}, as_of=world.later())
    client = await logged_in(as_role, world, "operator")
    run_id = first["run_id"]
    foreseen = await client.get(f"/lists-back/{run_id}")
    assert "Nothing was changed yet" in foreseen.text
    token = await token_of(client, f"/lists-back/{run_id}")
    data = {"form_token": token, "do": "back", "reason": "worse"}
    done = await client.post(f"/lists-back/{run_id}", data=data)
    assert done.status_code == 303, done.text
    assert fetch_one(world.connection, "select run_id from published_run") == first
    assert "Held by person:operator_of_the_test: worse" in (await client.get("/")).text
    lifted = await client.post(f"/lists-back/{run_id}", data=data | {"do": "lift"})
    assert lifted.status_code == 303, lifted.text


async def test_an_operator_stops_every_mail(as_role: Client, world: World):
    """And lets them go on."""
    client = await logged_in(as_role, world, "operator")
    token = await token_of(client, "/digest")
    for do, is_stopped in (("stop", True), ("resume", False)):
        data = {"form_token": token, "edition": "all", "do": do, "reason": "a test"}
        assert (await client.post("/digest-stop", data=data)).status_code == 303
        assert ("Every edition is stopped" in (await client.get("/digest")).text) is is_stopped


@pytest.mark.parametrize("table", ["articles", "lists", "days", "executions"])
async def test_tables_name_no_reader(as_role: Client, world: World, table: str):
    """What is taken away is about articles and days."""
    client = await logged_in(as_role, world, "viewer")
    answer = await client.get(f"/data/{table}.csv?days=3650")
    assert answer.status_code == 200
    assert "ann" not in answer.text
    assert str(world.key("ann")) not in answer.text
