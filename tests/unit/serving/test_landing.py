"""The root and /docs: what somebody sees who opens the API's address."""

import gzip
import hashlib
import re
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

import serving
from frontpage.core.settings import Settings
from serving.app import create_app
from serving.pages.docs_page import VERSION

URL = "postgresql://u:p@127.0.0.1:1/frontpage"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
VENDORED = Path(serving.__file__).parent / "pages/swagger_ui"
FILES = ("swagger-ui-bundle.js", "swagger-ui.css", "start.js")


def client(**settings) -> httpx.AsyncClient:
    """A caller of an API whose database is away."""
    app = create_app(Settings(database_url=URL, **settings))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example")


def production() -> httpx.AsyncClient:
    """The same outside development, where /v1 needs a key."""
    return client(env="production", pseudonym_secret="a-long-secret-of-our-own", api_keys=SecretStr("k" * 24))


async def test_the_root_says_what_this_is_to_programs():
    """JSON with the name, where lists are, where to go on, and that no key is needed."""
    answer = await client().get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    told = answer.json()
    assert (told["name"], told["needs_key"]) == ("Frontpage", False)
    assert told["lists"] == "/v1/readers/{reader_id}/recommendations"
    assert {"/docs", "/openapi.json", "/health/ready", "/health/live"} <= set(told["links"])


async def test_the_root_is_a_page_for_browsers():
    """HTML that loads nothing; a cache keeps the two answers apart and asks again."""
    answer = await client().get("/", headers=BROWSER)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert (answer.headers["vary"], answer.headers["cache-control"]) == ("Accept", "no-cache")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "script" not in answer.text
    assert set(re.findall(r'href="([^"]+)"', answer.text)) >= {"docs", "openapi.json", "health/ready", "health/live"}


async def test_every_link_of_the_root_leads_somewhere():
    """No link is a 404; with the database away some are 503."""
    async with client() as api:
        for path in (await api.get("/")).json()["links"]:
            if not path.startswith("/v1/"):  # these need the running application
                assert (await api.get(path)).status_code in {200, 503}, path
        known = (await api.get("/openapi.json")).json()["paths"]
        assert {path for path in (await api.get("/")).json()["links"] if path.startswith("/v1/")} <= set(known)


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", *(f"/docs/{VERSION}/{name}" for name in FILES)])
async def test_in_production_too_and_without_a_key(path):
    """What describes the API is open and holds nothing secret; lists stay behind the door."""
    async with production() as api:
        answer = await api.get(path, headers=BROWSER)
        assert answer.status_code == 200
        assert "k" * 24 not in answer.text
        assert "a-long-secret" not in answer.text
        assert (await api.get("/v1/runs/current")).status_code == 401
        assert (await api.get("/")).json()["needs_key"] is True


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_a_checker_of_links_may_ask_with_head(path):
    """200, as for GET."""
    assert (await client().head(path)).status_code == 200


async def test_docs_loads_its_own_files_only():
    """Each script and style of the page is below /docs, is there, and of the kind that `nosniff` demands."""
    async with client() as api:
        page = await api.get("/docs")
        assert "script-src 'self';" in page.headers["content-security-policy"]
        sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        sources.remove("data:,")
        assert sorted(sources) == sorted(f"docs/{VERSION}/{name}" for name in FILES)
        for source in sources:
            answer = await api.get(f"/{source}")
            kind = "text/css" if source.endswith(".css") else "text/javascript"
            assert (answer.status_code, answer.headers["content-type"]) == (200, f"{kind}; charset=utf-8")
        assert (await api.get(f"/docs/{VERSION}/README.md")).status_code == 404


@pytest.mark.parametrize("name", FILES)
async def test_files_are_packed_only_for_who_can_unpack(name):
    """The same bytes either way; Swagger UI's own may be kept for ever, ours are asked for again."""
    async with client() as api:
        packed = await api.get(f"/docs/{VERSION}/{name}", headers={"Accept-Encoding": "gzip"})
        plain = await api.get(f"/docs/{VERSION}/{name}", headers={"Accept-Encoding": "identity"})
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.content == plain.content
    assert ("immutable" in plain.headers["cache-control"]) == name.startswith("swagger-ui")


def test_the_vendored_files_are_what_their_page_says():
    """Version and SHA-256 of Swagger UI, its licence beside it, and not more than half a megabyte of it."""
    page = (VENDORED / "README.md").read_text()
    sums = dict(reversed(found) for found in re.findall(r"([0-9a-f]{64})  (\S+)", page))
    assert set(sums) == {path.stem for path in VENDORED.glob("*.gz")}
    for name, expected in sums.items():
        assert hashlib.sha256(gzip.decompress((VENDORED / f"{name}.gz").read_bytes())).hexdigest() == expected
    assert f"Version {VERSION} " in page
    assert VERSION.encode() in gzip.decompress((VENDORED / "swagger-ui-bundle.js.gz").read_bytes())
    assert "Apache License" in (VENDORED / "LICENSE").read_text()
    assert sum(path.stat().st_size for path in VENDORED.iterdir()) < 520_000


async def test_docs_has_something_to_try():
    """A reader's id, a batch and an event stand in the forms; keys can be entered where they are needed."""
    async with production() as api:
        document = (await api.get("/openapi.json")).json()
    path = document["paths"]["/v1/readers/{reader_id}/recommendations"]["get"]
    assert [example["value"] for example in path["parameters"][0]["examples"].values()] == ["reader_heavy"]
    for post in ("/v1/readers:batch", "/v1/events"):
        schema = document["paths"][post]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert (schema.get("examples") or schema["oneOf"][0]["examples"])[0]
    assert set(document["components"]["securitySchemes"]) == {"ApiKey", "Bearer"}
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    assert all(operation["tags"] for operation in operations)


async def test_the_newspaper_is_there_where_no_key_is_needed():
    """With its style and script from here; where keys are needed there is none, and the root does not name it."""
    async with client() as api:
        page = await api.get("/newspaper")
        assert page.status_code == 200
        for name in re.findall(r'(?:href|src)="(newspaper/[^"]+)"', page.text):
            assert (await api.get(f"/{name}")).status_code == 200, name
        assert (await api.get("/newspaper/other.js")).status_code == 404
    async with production() as api:
        assert (await api.get("/newspaper")).status_code == 404
        assert "/newspaper" not in (await api.get("/")).json()["links"]
