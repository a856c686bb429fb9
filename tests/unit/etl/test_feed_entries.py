"""What becomes of entries of feeds: texts, addresses, publishers, authors."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from etl.blocks import Bad
from etl.reading.feed_entries import Found
from etl.reading.feeds import feed_rows
from etl.reading.fetch import Document

AS_OF = datetime(2026, 11, 30, 3, tzinfo=UTC)
PLACE = "https://news.example/feeds/all.xml"
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def read(document: str) -> list[dict[str, Any] | Bad]:
    """Rows of a document that was found at PLACE."""
    return [row for _, row in feed_rows(Document(document.encode(), False, "", {}, PLACE), Found(PLACE, AS_OF))]


def rss(item: str, channel: str = "") -> str:
    return (
        f'<?xml version="1.0"?><rss version="2.0" {DC}><channel><title>News</title>'
        f"<link>https://news.example/</link>{channel}<item>{item}</item></channel></rss>"
    )


def atom(entry: str, feed: str = "") -> str:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {feed}><title>News</title><id>urn:news</id>'
        f"<entry>{entry}</entry></feed>"
    )


def json_feed(**item: Any) -> str:
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "https://n.example/1", **item}]}
    )


def one(document: str, name: str) -> Any:
    """A field of the only row."""
    (row,) = read(document)
    assert isinstance(row, dict), row
    return row[name]


LINK = "<link>https://gazette.example/1</link>"
ATOM_LINK = '<id>urn:1</id><link href="https://gazette.example/1"/>'


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("<title>The &lt;meta&gt; element</title>", "The <meta> element"),
        ('<title type="text">if a&lt;b and c&gt;d</title>', "if a<b and c>d"),
        ('<title type="text">R&amp;amp;D</title>', "R&amp;D"),
        ('<title type="html">R&amp;amp;D &lt;em&gt;now&lt;/em&gt;</title>', "R&D now"),
        (
            '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">2 &lt; 3 <em>now</em></div></title>',
            "2 < 3 now",
        ),
    ],
)
def test_atom_texts_are_what_they_are_declared_to_be(element: str, text: str):
    """Plain by default; only HTML and XHTML lose their tags. Summary and content are as the title."""
    assert one(atom(element + ATOM_LINK), "title") == text
    for name in ("summary", "content"):
        other = element.replace("<title", f"<{name}").replace("</title>", f"</{name}>")
        row = read(atom(f"<title>T</title>{other}{ATOM_LINK}"))[0]
        assert (row["body"] or row["summary"]) == text


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("AT&amp;T buys", "AT&T buys"),
        ("Q&amp;amp;A", "Q&A"),
        ("It&amp;#8217;s", "It\u2019s"),
        ("The &lt;b&gt;bold&lt;/b&gt; one", "The bold one"),
        ("<![CDATA[Tom &amp; <i>Jerry</i>]]>", "Tom & Jerry"),
        ("List&lt;String&gt; versus Map", "List<String> versus Map"),
        ("if a&lt;b and c&gt;d", "if a<b and c>d"),
    ],
)
def test_rss_titles_are_plain_unless_they_are_clearly_markup(title: str, text: str):
    """RSS leaves it open: a closing tag or an entity of HTML makes it markup."""
    assert one(rss(f"<title>{title}</title>{LINK}"), "title") == text


def test_rss_descriptions_are_markup():
    """Their tags go and their entities are read."""
    item = f"<title>T</title>{LINK}<description>&lt;p&gt;2 &amp;lt; 3&lt;br&gt;now&lt;/p&gt;</description>"
    assert one(rss(item), "summary") == "2 < 3 now"


def test_json_feed_texts_are_plain_but_for_content_html():
    """Title, summary and content_text keep what looks like tags and entities."""
    row = read(json_feed(title="Use of <table>", summary="a<b and b>c", content_text="&lt; is <"))[0]
    assert (row["title"], row["summary"], row["body"]) == ("Use of <table>", "a<b and b>c", "&lt; is <")
    assert one(json_feed(title="T", content_html="<p>2 &lt; 3</p>"), "body") == "2 < 3"


@pytest.mark.parametrize(
    "channel",
    [
        "<webMaster>web@host.example (Web Team)</webMaster>",
        "<webMaster>Web Team</webMaster>",
        "<webMaster><![CDATA[web@host.example]]></webMaster>",
        "<webmaster>web@host.example</webmaster>",
        "<managingEditor>ed@host.example (Ed)</managingEditor>",
        "<dc:publisher>web@host.example</dc:publisher>",
        "<dc:publisher>mailto:web@host.example</dc:publisher>",
        "<dc:publisher>web (at) host (dot) example</dc:publisher>",
        "<dc:publisher>https://host.example/</dc:publisher>",
        "<dc:publisher></dc:publisher>",
    ],
)
def test_an_address_is_no_publisher(channel: str):
    """Nor is a technician or an editor by name: the publisher is left to the host of the article's address."""
    assert one(rss(f"<title>T</title>{LINK}", channel), "publisher") is None


def test_a_publisher_by_name():
    """Dublin Core's, of the entry before the feed; the source of an entry that stands elsewhere."""
    feed = "<dc:publisher>The Gazette</dc:publisher><webMaster>web@host.example</webMaster>"
    elsewhere = '<source url="https://www.times.example/rss">The Times</source>'
    at_home = '<source url="https://www.gazette.example/rss">Gazette: all</source>'
    assert one(rss(f"<title>T</title>{LINK}", feed), "publisher") == "The Gazette"
    assert one(rss(f"<title>T</title>{LINK}<dc:publisher>Wire</dc:publisher>", feed), "publisher") == "Wire"
    assert one(rss(f"<title>T</title>{LINK}{elsewhere}"), "publisher") == "The Times"
    assert one(rss(f"<title>T</title>{LINK}{at_home}"), "publisher") is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("jane@host.example (Jane Doe)", "Jane Doe"),
        ("Jane Doe &lt;jane@host.example&gt;", "Jane Doe"),
        ("jane@host.example", None),
        ("mailto:jane@host.example", None),
        ("jane [at] host [dot] example", None),
        ("Jane Doe", "Jane Doe"),
    ],
)
def test_an_author_is_a_name(given: str, name: str | None):
    """E-mail addresses of persons are not shown."""
    assert one(rss(f"<title>T</title>{LINK}<author>{given}</author>"), "author") == name
    plain = given.replace("&lt;", "<").replace("&gt;", ">")
    assert one(json_feed(title="T", authors=[{"name": plain}]), "author") == name


def test_an_author_of_atom_is_the_name():
    """Not its e-mail, which is no name where it stands alone; nor is the author a publisher."""
    row = read(atom(f"<title>T</title>{ATOM_LINK}<author><name>Jane</name><email>j@host.example</email></author>"))[0]
    assert (row["author"], row["publisher"]) == ("Jane", None)
    assert one(atom(f"<title>T</title>{ATOM_LINK}<author><email>j@host.example</email></author>"), "author") is None


ENCLOSURE = '<enclosure url="https://cdn.example/1.mp3" type="audio/mpeg" length="1"/>'


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<guid>https://news.example/1</guid>", "https://news.example/1"),
        ("<link/><guid>https://news.example/1?a=1&amp;b=2</guid>", "https://news.example/1?a=1&b=2"),
        (f"<guid>https://news.example/1</guid>{ENCLOSURE}", "https://news.example/1"),
        ('<guid isPermaLink="false">https://news.example/1</guid>', None),
        (f'<guid isPermaLink="false">https://news.example/1</guid>{ENCLOSURE}', "https://cdn.example/1.mp3"),
        (f"<guid>5f0c9a3e-77aa</guid>{ENCLOSURE}", "https://cdn.example/1.mp3"),
        ("<guid>5f0c9a3e-77aa</guid>", None),
        ("<guid>/news/7</guid>", None),
        ("<guid>urn:uuid:5f0c9a3e</guid>", None),
        ("<guid>tag:news.example,2026:1</guid>", None),
        ("<guid>news.example/1</guid>", None),
        ("<guid>1</guid><link>/1</link>", "https://news.example/1"),
        ("<link>1.html</link><guid>1.html</guid>", "https://news.example/feeds/1.html"),
        ("<link>//cdn.example/1</link>", "https://cdn.example/1"),
        ("<link>www.other.example/1</link>", "https://www.other.example/1"),
        ("<link>mailto:desk@news.example</link>", None),
    ],
)
def test_the_address_of_an_rss_entry(item: str, url: str | None):
    """Its link, which may be relative; a guid only if it is a whole URL and may be a link; an enclosure; else none."""
    (row,) = read(rss(f"<title>T</title>{item}"))
    assert (None if isinstance(row, Bad) else row["url"]) == url


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("<id>https://news.example/1</id>", "https://news.example/1"),
        ("<id>post-1</id>", None),
        ('<id>post-1</id><link rel="enclosure" href="/1.mp3"/>', "https://base.example/1.mp3"),
        ('<id>urn:1</id><link href="1"/>', "https://base.example/x/1"),
        ('<id>urn:1</id><link rel="replies" href="/replies"/>', None),
    ],
)
def test_the_address_of_an_atom_entry(entry: str, url: str | None):
    """`xml:base` counts for links, never for an id."""
    (row,) = read(atom(f"<title>T</title>{entry}", 'xml:base="https://base.example/x/"'))
    assert (None if isinstance(row, Bad) else row["url"]) == url


def test_the_address_of_a_json_item():
    """An id is an address only if it is a whole URL; then what is attached."""
    attached = [{"url": "https://cdn.example/1.mp3", "mime_type": "audio/mpeg"}]
    assert one(json_feed(url=None, id="https://n.example/7", title="T"), "url") == "https://n.example/7"
    assert one(json_feed(url=None, id="7", title="T", attachments=attached), "url") == "https://cdn.example/1.mp3"
    assert isinstance(read(json_feed(url=None, id="7", title="T"))[0], Bad)
    assert one(json_feed(url="7.html", title="T"), "url") == "https://news.example/feeds/7.html"


def test_the_first_date_that_can_be_true():
    """1970, the year 1 and next week are no dates of an article; a later element may have one."""
    for odd in ("1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2026-12-05T09:00:00Z"):
        both = f"<published>{odd}</published><updated>2026-11-29T09:00:00Z</updated>"
        assert one(atom(f"<title>T</title>{ATOM_LINK}{both}"), "published_at") == datetime(2026, 11, 29, 9, tzinfo=UTC)
        assert one(json_feed(title="T", date_published=odd), "published_at") is None


def test_the_first_language_that_is_one():
    """An entry's own, unless it says that it is undetermined."""
    assert one(rss(f"<title>T</title>{LINK}", "<language>eng-GB</language>"), "language") == "en"
    und = f'<title xml:lang="und">T</title>{LINK}'
    assert one(rss(und, "<language>de</language>"), "language") == "de"
    assert one(json_feed(title="T", language="iw"), "language") == "he"
