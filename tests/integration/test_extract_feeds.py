"""Extract of feeds: real files of every dialect, conditional requests, and what hostile or broken servers send."""

import gzip
import random
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import zstandard

from etl.reading import feeds, fetch
from frontpage.core.errors import UnavailableError
from frontpage.core.settings import Settings
from frontpage.store.connect import connect, execute
from tests.integration.extract_world import DAY, START, article, check_account, pull, rows, write

AS_OF = START + 300 * DAY


def rss(*items: str) -> bytes:
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>News</title>'
    return (head + "<link>https://n.example/</link>" + "".join(items) + "</channel></rss>").encode()


def item(number: int, title: str = "Title", **more: str) -> str:
    extra = "".join(f"<{name}>{value}</{name}>" for name, value in more.items())
    return f"<item><title>{title} {number}</title><link>https://n.example/{number}</link>{extra}</item>"


class FeedServer(ThreadingHTTPServer):
    """Serves whatever `pages` holds, with an ETag, and remembers how it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, bytes] = {}
        self.moved: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.tag = ""

    def url(self, path: str) -> str:
        return f"feed+http://127.0.0.1:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: FeedServer

    def do_GET(self) -> None:
        self.server.asked.append(dict(self.headers))
        page = self.server.pages.get(self.path)
        tag = self.server.tag or f'"{hash(page)}"'
        status = 503 if page is None else 304 if self.headers.get("If-None-Match") == tag else 200
        if place := self.server.moved.get(self.path):
            self.send_response(301)
            self.send_header("Location", place)
            self.end_headers()
            return
        self.send_response(status)
        self.send_header("ETag", tag)
        self.end_headers()
        if status == 200:
            self.wfile.write(page or b"")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[FeedServer]:
    running = FeedServer()
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def test_every_entry_of_the_real_feeds_is_accounted_for(settings: Settings, shared_data: Path):
    """Each entry of each file is loaded or quarantined with a reason; the files are not read again afterwards."""
    folder = shared_data / "feeds" / "feed-rs"
    n_files = sum(path.is_file() for path in folder.rglob("*"))
    summary = pull(settings, AS_OF, f"feed+{folder}")
    assert n_files >= 60
    assert summary.rows_in >= 100
    assert summary.rows_in == summary.rows_out + summary.details["unchanged"] + summary.rejected
    assert rows(settings, "select count(*) from quarantine where detail = ''") == [(0,)]
    named = "select publisher, author from article_version where publisher like '%@%' or author like '%@%'"
    assert rows(settings, named) == []
    assert rows(settings, "select language from article_version where language !~ '^[a-z]{2}$'") == []
    assert rows(settings, "select count(*) from article_version where title ~ '<[a-z/]' or url !~ '^https?://'") == [
        (0,)
    ]
    assert pull(settings, AS_OF + DAY, f"feed+{folder}").rows_in == 0
    check_account(settings)


def test_each_rejected_entry_under_one_guid_is_kept(settings: Settings, tmp_path: Path):
    """Four entries with one guid: one is loaded, three stand in quarantine; the next pull meets the same three."""
    entries = [f"<item><guid isPermaLink='false'>g1</guid><link>https://n.example/1</link><title>{n}</title></item>"
               for n in range(4)]  # fmt: skip
    for day in range(2):
        (tmp_path / "f.xml").write_bytes(rss(*entries, item(day)))
        assert pull(settings, AS_OF + day * DAY, f"feed+{tmp_path}").rejected == 3
    assert rows(settings, "select count(*), count(distinct payload) from quarantine") == [(3, 3)]
    check_account(settings)


def test_conditional_requests_and_stable_ids(settings: Settings, server: FeedServer):
    """An unchanged feed is asked for with its ETag and costs nothing; a changed one brings what is new."""
    server.pages["/news"] = rss(item(1, guid="g1"), item(2, guid="g2"))
    assert pull(settings, AS_OF, server.url("/news")).rows_out == 2
    assert pull(settings, AS_OF + timedelta(hours=1), server.url("/news")).rows_in == 0
    assert server.asked[1]["If-None-Match"] == f'"{hash(server.pages["/news"])}"'
    assert "Frontpage" in server.asked[0]["User-Agent"]
    server.pages["/news"] = rss(item(3, guid="g3"), item(1, guid="g1"), item(2, "Corrected", guid="g2"))
    third = pull(settings, AS_OF + timedelta(hours=2), server.url("/news"))
    assert (third.details["loaded"], third.details["updated"], third.details["unchanged"]) == (1, 1, 1)
    seen = "select distinct recorded_at from article_version order by 1"
    assert [row[0] for row in rows(settings, seen)] == [AS_OF, AS_OF + timedelta(hours=2)]
    check_account(settings)


def test_a_tag_that_no_request_can_carry_is_not_sent_back(settings: Settings, server: FeedServer):
    """A server may answer with an ETag that is no ASCII: the next pull asks without it and knows what it read."""
    server.pages["/news"], server.tag = rss(item(1)), '"caf\u00e9"'
    assert pull(settings, AS_OF, server.url("/news")).rows_out == 1
    assert pull(settings, AS_OF + DAY, server.url("/news")).rows_in == 0
    assert "If-None-Match" not in server.asked[1]


def test_addresses_are_relative_to_where_a_feed_was_found(settings: Settings, server: FeedServer):
    """After redirects the last address counts; a guid that is none is no page there; the webmaster is no publisher."""
    relative = "<item><title>Relative</title><link>two/2.html</link><guid>n2</guid></item>"
    lost = "<item><title>Lost</title><guid>20261129-2</guid></item>"
    webmaster = "<webMaster>web@host.example (Web Team)</webMaster>"
    server.pages["/new/feed.xml"] = rss(webmaster, item(1, guid="n1"), relative, lost)
    server.moved = {"/news": "/old", "/old": "/new/feed.xml"}
    pull(settings, AS_OF, server.url("/news").replace("//", "//user:password@", 1))
    found = rows(settings, "select url, publisher from article_version order by title")
    port = server.server_port
    assert found == [(f"http://127.0.0.1:{port}/new/two/2.html", "127.0.0.1"), ("https://n.example/1", "n.example")]
    assert rows(settings, "select reason from quarantine") == [("bad_entry",)]


@pytest.mark.parametrize("over_http", [True, False])
def test_an_odd_date_does_not_cost_the_article(
    settings: Settings, server: FeedServer, tmp_path: Path, *, over_http: bool
):
    """It is loaded without the date, for good: the document stays as it is and is not read again."""
    ahead = f"{AS_OF + 4 * DAY:%a, %d %b %Y %H:%M:%S GMT}"
    dates = ["Thu, 01 Jan 1970 00:00:00 +0000", "Mon, 01 Jan 0001 00:00:00 +0000", ahead, "soon"]
    document = rss(*(item(number, pubDate=date) for number, date in enumerate(dates)))
    server.pages["/news"] = document
    (tmp_path / "feed.xml").write_bytes(document)
    source = server.url("/news") if over_http else f"feed+{tmp_path}/feed.xml"
    assert pull(settings, AS_OF, source).rows_out == 4
    assert pull(settings, AS_OF + 5 * DAY, source).rows_in == 0
    assert rows(settings, "select distinct published_at, first_seen_at from article_version") == [(None, AS_OF)]


def test_a_document_that_an_older_reader_read_is_read_again(settings: Settings, server: FeedServer, tmp_path: Path):
    """What a new release reads better is mended at the next pull, although the document has not changed."""
    server.pages["/news"] = rss(item(1))
    (tmp_path / "feed.xml").write_bytes(rss(item(2)))
    sources = (server.url("/news"), f"feed+{tmp_path}/feed.xml")
    assert pull(settings, AS_OF, *sources).rows_out == 2
    with connect(settings.database_url) as connection:
        execute(connection, "update article_version set publisher = 'web@host.example'")
        execute(
            connection,
            "update source_watermark set state = replace(state::text, '\"reader\": 2', '\"reader\": 1')::jsonb",
        )
    assert pull(settings, AS_OF + DAY, *sources).details["updated"] == 2
    newest = "select distinct on (article_id) publisher from article_version order by article_id, recorded_at desc"
    assert rows(settings, newest) == [("n.example",), ("n.example",)]
    assert pull(settings, AS_OF + 2 * DAY, *sources).rows_in == 0


def test_the_language_of_a_feed_is_a_code_or_recognised_or_open(settings: Settings, tmp_path: Path):
    """`eng` is `en`; of `und` the text decides, and where that is too short nothing does."""
    told = "Ferries stop as the harbour freezes over in the north"
    for code in ("eng", "und"):
        (tmp_path / f"{code}.xml").write_bytes(
            rss(f"<language>{code}</language>", item(1, f"{told} {code}", guid=code))
        )
    (tmp_path / "short.xml").write_bytes(rss("<language>zxx</language>", item(3, "cest")))
    pull(settings, AS_OF, f"feed+{tmp_path}/*.xml")
    found = rows(settings, 'select language from article_version order by title collate "C"')
    assert found == [("en",), ("en",), (None,)]


def test_one_feed_that_does_not_answer_does_not_lose_the_others(settings: Settings, server: FeedServer, tmp_path: Path):
    """The others load and the step reports it; only when nothing answered does it fail, and it names the feed."""
    server.pages["/up"] = rss(item(1))
    write(tmp_path, "articles/a.jsonl", [article(0)])
    down, closed = server.url("/down"), "feed+http://127.0.0.1:9/feed"
    summary = pull(settings, AS_OF, down, server.url("/up"), closed, tmp_path)
    assert summary.rows_out == 2
    assert summary.details["unavailable"] == f"{down},{closed}"
    assert rows(settings, "select state, count(*) from extract_run where source <> 'inbox' group by 1 order by 1") == [
        ("done", 2),
        ("failed", 2),
    ]
    with pytest.raises(UnavailableError, match="/down answers 503"):
        pull(settings, AS_OF, down)


_BOMB = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<rss version="2.0"><channel><item><title>&c;</title></item></channel></rss>"""
_JSON_FEED = b"""{"version": "https://jsonfeed.org/version/1.1",
"items": [7, {"id": "1", "url": "https://n.example/1", "content_text": "Hello"}]}"""
_BAD_HOME = _JSON_FEED.replace(b'"items": [7,', b'"home_page_url": "http://[x", "items": [')
_BAD_LISTS = _JSON_FEED.replace(b'"items": [7, {', b'"items": [{"tags": 5, "authors": 1, ')
_DEEP = _JSON_FEED.replace(b"[7,", b"[%s," % (b"[" * 1000 + b"]" * 1000))
_BAD_LINK = rss("<item><title>T</title><link>/a</link></item>", item(1)).replace(b"https://n.example/<", b"http://[x<")
_FILE = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rss version="2.0"><channel><item><title>&x;</title><link>https://n.example/1</link></item></channel></rss>"""


@pytest.mark.parametrize(
    ("document", "rows_out", "reasons"),
    [
        (rss(), 0, []),
        (b"", 0, ["bad_feed"]),
        (b"<html><body>Not found</body></html>", 0, ["bad_feed"]),
        (_BOMB, 0, ["bad_feed"]),
        (_FILE, 0, ["bad_feed"]),
        (_JSON_FEED, 1, ["bad_entry"]),
        (b'{"items": []}', 0, ["bad_feed"]),
        (_BAD_HOME, 1, []),
        (_BAD_LISTS, 1, []),
        (_DEEP, 0, ["bad_feed"]),
        (_BAD_LINK, 1, ["bad_entry"]),
        (rss(item(1), "<item><title>Cut of"), 1, ["bad_entry", "bad_feed"]),
        (rss(item(1, guid="g"), item(1, "Other", guid="g")), 1, ["repeated_entry"]),
        (rss(item(1, pubDate="Mon, 01 Jan 1900 00:00:00 GMT"), item(2, pubDate="soon")), 2, []),
        (b"/etc/passwd", 0, ["bad_feed"]),
        (rss("<item><title>&#xD800;</title><guid>&#xDC00;</guid></item>"), 0, None),
        (rss(item(1, "caf\u00e9")).replace(b'encoding="utf-8"', b'encoding="us-ascii"'), 1, []),
    ],
)  # fmt: skip
def test_hostile_and_broken_documents(
    settings: Settings, tmp_path: Path, document: bytes, rows_out: int, reasons: list
):
    """No entity is expanded, no file is opened, nothing ends in a traceback: entries are loaded or quarantined."""
    (tmp_path / "feed.xml").write_bytes(document)
    summary = pull(settings, AS_OF, f"feed+{tmp_path}/feed.xml")
    found = [row[0] for row in rows(settings, "select reason from quarantine order by 1")]
    assert summary.rows_out == rows_out
    assert reasons in (None, found)
    assert rows(settings, "select count(*) from article_version where title ~ 'root:|haha'") == [(0,)]
    check_account(settings)


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_a_truncated_archive_gives_the_entries_it_has(
    settings: Settings, tmp_path: Path, compress: Callable[[bytes], bytes]
):
    """What lies before the damage is loaded, the rest is one bad_feed row; what is no archive at all is one, too."""
    ending = "gz" if compress is gzip.compress else "zst"
    whole = compress(rss(*(item(n, description=random.Random(n).randbytes(9000).hex()) for n in range(30))))
    (tmp_path / f"feed.xml.{ending}").write_bytes(whole[: len(whole) // 2])
    (tmp_path / f"none.xml.{ending}").write_bytes(b"no archive")
    summary = pull(settings, AS_OF, f"feed+{tmp_path}")
    assert summary.rows_out > 5
    assert {"bad_feed"} <= {row[0] for row in rows(settings, "select reason from quarantine")}
    assert rows(settings, "select count(*) from quarantine where locator like 'none%'") == [(1,)]
    assert pull(settings, AS_OF + DAY, f"feed+{tmp_path}").rows_in == 0
    check_account(settings)


@pytest.mark.slow
def test_a_feed_without_end_is_cut(settings: Settings, tmp_path: Path):
    """Of 1,000,000 entries the first that fit are loaded; the rest is one quarantine row that says so."""
    (tmp_path / "feed.xml").write_bytes(rss(*map(item, range(1_000_000))))
    assert (tmp_path / "feed.xml").stat().st_size > fetch.MAX_FEED_BYTES
    summary = pull(settings, AS_OF, f"feed+{tmp_path}/feed.xml")
    assert (summary.rows_out, summary.rejected) == (feeds.MAX_ENTRIES, 1)
    assert rows(settings, "select reason from quarantine") == [("too_many_entries",)]
    check_account(settings)


def test_a_guid_that_is_no_name_is_told_apart_by_address(settings: Settings, tmp_path: Path):
    """Entries that share a guid but not an address are different articles; relative addresses become absolute."""
    relative = "<item><title>T</title><link>/three</link></item>"
    (tmp_path / "feed.xml").write_bytes(rss(item(1, guid="0"), item(2, guid="0"), relative))
    assert pull(settings, AS_OF, f"feed+{tmp_path}").rows_out == 3
    urls = [row[0] for row in rows(settings, "select url from article_version order by 1")]
    assert urls == ["https://n.example/1", "https://n.example/2", "https://n.example/three"]
    assert rows(settings, "select count(*) from article_version where article_id like 'feed:%'") == [(3,)]
