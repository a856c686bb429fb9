"""sources.yaml: what it may say, and the sentence for everything else."""

from datetime import timedelta

import pytest

from etl.reading.source_file import installation_sources, load_sources
from etl.reading.sources import FeedSource, FileSource, SqlSource
from frontpage.core.errors import BadInputError
from frontpage.core.settings import Settings


@pytest.fixture
def write(tmp_path):
    """A sources file with this text."""

    def written(text: str):
        path = tmp_path / "sources.yaml"
        path.write_text(text)
        return path

    return written


def test_sources_with_everything(write, tmp_path):
    """Relative paths start at the file; a query may stand in it; `every` and mapping belong to their source."""
    path = write(
        """
        sources:
          world: {uri: feed+https://paper.example/world.xml, every: 15m, mapping: {constants: {category: world}}}
          web: {uri: reads+exports/*.csv}
          cms:
            uri: sql+postgresql://reader@db.example/cms?kind=articles
            query: select id as article_id from story
        """
    )
    world, web, cms = load_sources(path, {})
    assert isinstance(world, FeedSource)
    assert (world.label, world.every, world.mapping.constants) == (
        "world",
        timedelta(minutes=15),
        {"category": "world"},
    )
    assert isinstance(web, FileSource)
    assert web.url == f"file://{tmp_path}/exports/*.csv"
    assert isinstance(cms, SqlSource)
    assert (cms.query, cms.name) == (
        "select id as article_id from story", "sql+postgresql://reader@db.example/cms?kind=articles&query=cms",
    )  # fmt: skip


def test_secrets_come_from_the_environment(write):
    """Encoded where the log-in stands, as they are elsewhere; names and errors never show them."""
    path = write(
        "sources: {cms: {uri: 'sql+postgresql://r:${CMS_PASSWORD}@${CMS_HOST}/cms?kind=reads', query: select 1}}"
    )
    (source,) = load_sources(path, {"CMS_PASSWORD": "a@b/c:d", "CMS_HOST": "db.example"})
    assert source.url == "postgresql://r:a%40b%2Fc%3Ad@db.example/cms"
    assert "a%40b" not in source.name + repr(source)
    with pytest.raises(
        BadInputError, match=r"sources\.yaml: source 'cms': uri: the environment has no variable CMS_HOST"
    ):
        load_sources(path, {"CMS_PASSWORD": "x"})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sources: {web: {uri: reads+/r, mappings: {}}}", "source 'web': unknown key 'mappings'"),
        ("sources: {web: {uri: reads+/r, mapping: {colums: {}}}}", "source 'web': unknown key 'mapping.colums'"),
        ("sources: {web: {url: reads+/r}}", "source 'web': uri: Field required"),
        ("source: {}", "sources: Field required"),
        ("sources: {}", "sources: Dictionary should have at least 1 item"),
        ("[]", "valid dictionary"),
        ("", "valid dictionary"),
        ("sources: {web: {uri: reads+/r, every: often}}", "source 'web': every: 'often' is not a span of time"),
        ("sources: {web: {uri: raeds+https://h/r}}", "source 'web': source 'raeds.https://h/r': 'raeds' is not a kind"),
        ("sources: {web: {uri: /data, mapping: {}}}", "source 'web': mapping: a folder of canonical files needs none"),
        ("sources: {web: {uri: reads+/r, query: select 1}}", "source 'web': query: only a sql"),
        ("sources: {web: {uri: reads+/r, mapping: {timezone: CET+1}}}", "source 'web': mapping.timezone: 'CET\\+1'"),
        (
            "sources: {web: {uri: reads+/r, mapping: {kinds: {a: view}}}}",
            "source 'web': mapping.kinds: a: 'view' is none",
        ),
        (
            "sources: {web: {uri: reads+/r, mapping: {units: {dwell_seconds: ms}}}}",
            "source 'web': mapping.units: dwell_seconds: 'ms' is none of milliseconds, seconds, minutes",
        ),
        (
            "sources: {web: {uri: reads+/r, mapping: {patterns: {article_id: '('}}}}",
            "source 'web': mapping.patterns: article_id: '\\(' is not a regular expression",
        ),
        ("sources: {web: {uri: reads+/r, mapping: {templates: {event_id: x}}}}", "names no column in braces"),
        ("sources: {a: {uri: reads+/r}, b: {uri: reads+/r}}", "sources 'a' and 'b' have the same uri"),
        ("sources: {a: {uri: reads+/r}, a: {uri: reads+/q}}", "not YAML: 'a' stands there twice"),
        ("sources: {a b: {uri: reads+/r}}", "source 'a b': a name has letters"),
        ("sources: [", "not YAML"),
    ],
)
def test_what_is_wrong_is_one_sentence(write, text, sentence):
    """It names file, source and key."""
    with pytest.raises(BadInputError, match=f"sources.yaml.*{sentence}") as caught:
        load_sources(write(text), {})
    assert "\n" not in str(caught.value)


def test_a_named_file_must_be_there(tmp_path, monkeypatch):
    """A typo is bad input; without a setting no file means no sources."""
    with pytest.raises(BadInputError, match=r"sources file .*nosuch\.yaml does not exist"):
        installation_sources(Settings(sources_file=str(tmp_path / "nosuch.yaml")), [], {})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInputError, match="there is no source"):
        installation_sources(Settings(), [], {})


def test_the_setting_wins_over_the_file_and_may_name_it(write, monkeypatch, tmp_path):
    """FRONTPAGE_SOURCES, where it is set, is all there is; a `*.yaml` in it stands for its sources."""
    path = write("sources: {web: {uri: reads+/r, every: 1h}}")
    settings = Settings(sources_file=str(path))
    assert [one.label for one in installation_sources(settings, [], {})] == ["web"]
    only = Settings(sources_file=str(path), sources="feed+http://h/a,b.xml")
    assert [one.name for one in installation_sources(only, [], {})] == ["feed+http://h/a,b.xml"]
    both = Settings(sources=f"feed+http://h/1 {path}")
    assert [one.name for one in installation_sources(both, [], {})] == ["feed+http://h/1", "reads+file:///r"]
    monkeypatch.chdir(tmp_path)
    assert [one.label for one in installation_sources(Settings(), [], {})] == ["web"]


def test_a_source_given_by_name_is_always_due(write):
    """Who asks for it wants it now."""
    path = write("sources: {web: {uri: reads+/r, every: 1h}}")
    (source,) = installation_sources(Settings(sources_file=str(path)), ["web"], {})
    assert (source.label, source.every) == ("web", None)
