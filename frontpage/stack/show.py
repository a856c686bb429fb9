"""The end of `make run`: a reader's ten recommendations as the API gives them, and where everything is."""

from __future__ import annotations

import ssl
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from frontpage.core.errors import UnavailableError
from frontpage.store.connect import connect, fetch_one
from frontpage.store.queries import query

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Nobody has this id: whoever asks with it sees what a new reader sees.
_STRANGER = "a-new-reader"

#: Model version of lists that were made before there was one.
NO_MODEL = "popularity"


def api_client(url: str, keys: str = "") -> httpx.Client:
    """A client of our API; `keys` as in FRONTPAGE_API_KEYS, of which the first that is not only a hash is shown.

    Over TLS the system's authorities are trusted, or those of OpenSSL's SSL_CERT_FILE.
    """
    plain = [key.strip() for key in keys.split(",") if key.strip() and not key.strip().startswith("sha256:")]
    verify = ssl.create_default_context() if url.startswith("https") else True
    headers = {"X-API-Key": plain[0]} if plain else {}
    return httpx.Client(base_url=url, timeout=10.0, trust_env=False, headers=headers, verify=verify)


def current_run(api: httpx.Client) -> dict[str, Any] | None:
    """The run that the API serves; None while it serves none or does not answer."""
    try:
        answer = api.get("/v1/runs/current")
    except httpx.HTTPError:
        return None
    return dict(answer.json()) if answer.is_success else None


@dataclass(frozen=True, slots=True)
class ReaderToShow:
    """A reader with a list of their own, and whether a rule made all lists of that run."""

    reader_id: str
    is_by_rule: bool


def reader_to_show(database_url: str) -> ReaderToShow:
    """The one with a published list who read most lately."""
    with connect(database_url) as connection:
        row = fetch_one(connection, query("history/reader_to_show"))
    if row is None:
        raise UnavailableError("no reader has a published list")
    return ReaderToShow(row["reader_id"], row["is_by_rule"])


def recommendations(api: httpx.Client, reader_id: str) -> dict[str, Any]:
    """The reader's list as the REST API answers it."""
    try:
        answer = api.get(f"/v1/readers/{quote(reader_id, safe='')}/recommendations")
        return dict(answer.raise_for_status().json())
    except httpx.HTTPError as error:
        raise UnavailableError(f"the API at {api.base_url} did not answer with a list ({error})") from error


def list_lines(answer: dict[str, Any], *, is_by_rule: bool) -> Iterator[str]:
    """The list for a terminal: what made it, then rank, title, where from, and why."""
    yield _made_by(answer["model_version"] or NO_MODEL, is_by_rule=is_by_rule)
    yield f"Ten for reader {answer['reader_id']} (run {answer['run_id']}):"
    for item in answer["items"]:
        source = ", ".join(part for part in (item["publisher"], item["category"]) if part)
        yield f"{item['rank']:3}. {textwrap.shorten(item['title'] or item['url'], 88, placeholder='…')}  [{source}]"
        yield f"     {'; '.join(reason['text'] for reason in item['reasons']) or 'no reason recorded'}"


def _made_by(model: str, *, is_by_rule: bool) -> str:
    if model == NO_MODEL:
        return "First edition, by the rule 'read most lately'; personal lists follow after the first training."
    if is_by_rule:
        return f"Edition by the rule 'read most lately': the gate found no model better, {model} included."
    return f"Personal edition, by the model {model}."


def live_lines(api: httpx.Client, database_url: str) -> Iterator[str]:
    """Of live sources: what came in, a reader's list, or the page of a stranger, and what personal lists lack."""
    with connect(database_url) as connection:
        counts = fetch_one(connection, query("history/live_counts")) or {}
        shown = fetch_one(connection, query("history/reader_to_show"))
    yield (
        f"{counts['articles']:,} articles, {counts['readers']:,} readers, {counts['reads']:,} reads so far; "
        f"{counts['quarantined']:,} rows in quarantine"
    )
    if counts["articles"]:
        reader_id = _STRANGER if shown is None else str(shown["reader_id"])
        yield from list_lines(recommendations(api, reader_id), is_by_rule=shown is None or bool(shown["is_by_rule"]))
    yield f"Regions with a list of their own: {', '.join(counts['regions']) or 'none, no reader or read names one'}"
    yield from _missing_lines(counts)


def _missing_lines(counts: Mapping[str, Any]) -> Iterator[str]:
    """What personal lists still need."""
    if not counts["articles"]:
        yield "No article came in: `frontpage sources check` shows why."
    elif not counts["reads"]:
        yield "Personal lists need reads: add a source of reads, or let your pages send them to POST /v1/events."
    elif not counts["has_model"]:
        yield "A first model is trained by itself once there are reads to learn from; the refresh after it serves it."


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything is: URLs, the password of Airflow's page, and the page over the mails that were sent."""

    api: str
    airflow: str
    password: str
    mlflow: str
    mail: str

    def lines(self) -> Iterator[str]:
        """For a terminal."""
        yield f"API       {self.api}/   lists {self.api}/v1/readers/READER/recommendations   try it {self.api}/docs"
        yield f"Airflow   {self.airflow}   user admin   password {self.password}"
        yield f"Desk      {self.airflow}/desk/   the same user; what is served, to whom, and why"
        yield f"Paper     {self.api}/newspaper   be a reader"
        yield f"MLflow    {self.mlflow}"
        yield f"Mail      {self.mail}"
        yield "Ctrl-C or `make stop` ends everything; the data stays."
