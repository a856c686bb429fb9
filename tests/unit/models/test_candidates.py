"""The contract of every candidate source, by a small subclass each, and their fusion."""

import numpy as np
import pytest

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.sections.lists import ListParams
from frontpage.features.interactions import interaction_dataset
from frontpage.features.known_reads import known_reads
from frontpage.features.reader_states import reader_rows
from models.context import scoring_context
from models.inputs import ScoringInputs, scoring_inputs
from models.reranking.listed import ArticleFacts
from models.retrieval import als
from models.retrieval.candidates import SOURCE_NAMES, SOURCES, candidates, sources_of
from models.retrieval.content import fit_content
from models.topk import TopK

from .newsroom_world import PARAMS, newsroom
from .worlds import NOW, article, history, hours_ago, read, reader


def view_of(past: History, params: Params = PARAMS) -> ScoringInputs:
    """Everything a source may look at, for all active readers."""
    dataset = interaction_dataset(past)
    now = scoring_context(dataset, NOW, params)
    confidence = als.interactions(dataset, now.known, params.als.alpha)
    factors, _ = als.fit_with_checkpoints(confidence, als.cold_start(dataset, params.als, 1), params.als, 1)
    return scoring_inputs(
        now,
        params,
        factors.of(now.readers, now.live),
        fit_content(past.articles, params.content, 1).vectors(past.articles),
    )


@pytest.fixture(scope="module")
def world() -> ScoringInputs:
    """A newsroom with tastes and regions, plus a reader who only signed up."""
    past = newsroom(40, 24)
    newcomer = [*past.readers.to_dict("records"), reader(10_000, interests=("sport",))]
    return view_of(history(past.articles.to_dict("records"), past.reads.to_dict("records"), newcomer))


class SourceContract:
    """What holds for every source."""

    source: str
    #: Whether a reader without any reads gets candidates.
    serves_newcomers = True
    #: Lists that the source gives one reader.
    n_lists = 1

    def call(self, world: ScoringInputs, n: int = 10) -> TopK:
        """The source, asked for everybody."""
        return SOURCES[type(self).source](n=n)(world, np.arange(len(world.context.readers)))

    def test_nothing_read_before(self, world: ScoringInputs) -> None:
        """No pair that the reader has read."""
        top_k = self.call(world)
        assert len(top_k.reader) > 0
        assert not world.context.is_seen(top_k.reader, top_k.article).any()

    def test_at_most_n_each_and_each_once(self, world: ScoringInputs) -> None:
        """A reader gets at most n articles of each of the source's lists, each list ranked 1, 2, ... without gaps."""
        top_k = self.call(world)
        for row in np.unique(top_k.reader):
            ranks = np.bincount(top_k.rank[top_k.reader == row])
            assert ranks[1:].max() <= type(self).n_lists
            assert (np.diff(ranks[1:]) <= 0).all()
            assert len(ranks) - 1 <= 10

    def test_the_same_every_time(self, world: ScoringInputs) -> None:
        """Two calls give the same arrays."""
        one, two = self.call(world), self.call(world)
        assert one.article.tolist() == two.article.tolist()
        assert one.reader.tolist() == two.reader.tolist()

    def test_a_reader_alone_gets_the_same(self, world: ScoringInputs) -> None:
        """A reader's candidates do not depend on who else is asked for: blocks change nothing."""
        everybody, alone = self.call(world), SOURCES[type(self).source](n=10)(world, np.array([3]))
        assert alone.article.tolist() == everybody.article[everybody.reader == 3].tolist()

    def test_newcomers(self, world: ScoringInputs) -> None:
        """A reader without reads is served or left out, never an error."""
        row = len(world.context.readers) - 1
        assert (row in self.call(world).reader) == self.serves_newcomers

    def test_one_reader_one_article(self) -> None:
        """The smallest world: at most the one article; none once it is read."""
        rows = [article("a", category="sport", title="goal")]
        fresh = view_of(history(rows, [], [reader(1, region="north", interests=("sport",))]))
        assert set(self.call(fresh).article.tolist()) <= {0}
        assert len(self.call(view_of(history(rows, [read(1, "a")], []))).reader) == 0

    def test_nobody_and_nothing(self) -> None:
        """Without readers or articles there are no candidates."""
        assert len(self.call(view_of(history([], [], [reader(1)]))).reader) == 0
        assert len(self.call(view_of(history([article("a")], [], []))).reader) == 0


class TestPopular(SourceContract):
    """The most read everywhere."""

    source = "popular"
    n_lists = 5


class TestAudience(SourceContract):
    """The most read in the reader's region (the world has neither devices nor referrers)."""

    source = "audience"
    serves_newcomers = False

    def test_of_ones_own_region(self, world: ScoringInputs) -> None:
        """A northern reader gets what is read in the north, which is northern articles here."""
        dataset, now = world.context.dataset, world.context
        top_k = self.call(world)
        ids = dataset.article_ids.to_numpy()[now.live[top_k.article]]
        region = dataset.names.audiences[dataset.reader_region[now.readers[top_k.reader]]]
        assert {(article[1], name) for article, name in zip(ids, region, strict=True)} == {
            ("n", "region=north"),
            ("s", "region=south"),
        }


class TestReadTogether(SourceContract):
    """The most read by those who read the same."""

    source = "read_together"
    serves_newcomers = False


class TestSimilarReaders(SourceContract):
    """The nearest by ALS."""

    source = "similar_readers"
    serves_newcomers = False


class TestNewest(SourceContract):
    """The newest everywhere."""

    source = "newest"


class TestInterests(SourceContract):
    """The most read of the categories picked at sign-up."""

    source = "interests"

    def test_only_what_was_picked(self, world: ScoringInputs) -> None:
        """A newcomer who picked sport gets sport."""
        top_k = self.call(world)
        mine = top_k.article[top_k.reader == len(world.context.readers) - 1]
        ids = world.context.dataset.article_ids.to_numpy()[world.context.live[mine]]
        assert len(ids) == 10
        assert {name[0] for name in ids} == {"s"}


def test_a_pair_found_twice_is_one_candidate(world: ScoringInputs) -> None:
    """Fused pairs are distinct, ordered by reader and article, and name the source that ranked them best."""
    rows = np.arange(len(world.context.readers))
    found = candidates(world, sources_of(PARAMS), rows)
    pairs = list(zip(found.reader.tolist(), found.article.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    newest = sources_of(PARAMS)["newest"](world, rows)
    first = newest.rank == 1
    top = zip(newest.reader[first].tolist(), newest.article[first].tolist(), strict=True)
    assert "newest" in {SOURCE_NAMES[found.source[pairs.index(pair)]] for pair in top}


def test_everybody_has_ten_candidates_where_ten_are_left(world: ScoringInputs) -> None:
    """The most read reach past what a reader has read, so a full list is always possible."""
    found = candidates(world, sources_of(PARAMS), np.arange(len(world.context.readers)))
    assert np.bincount(found.reader).min() >= 10


def test_blocks_of_readers_share_what_hangs_on_articles_alone(world: ScoringInputs) -> None:
    """An order's articles of a category, and what rules ask of articles, are worked out once: the same at any block."""
    order, category = world.newest_order(), world.context.dataset.category[world.context.live]
    rows = np.arange(3)
    block = world.of_readers(rows, reader_rows(known_reads(world.context.dataset, NOW, PARAMS.data), rows))
    for code in np.unique(category):
        made = world.of_category("test", order, int(code))
        assert made.tolist() == [row for row in order.tolist() if category[row] == code]
        assert block.of_category("test", order, int(code)) is made
    for compares_texts in (False, True):
        facts = ArticleFacts.of(world, compares_texts=compares_texts)
        assert ArticleFacts.of(block, compares_texts=compares_texts) is facts
        assert facts.vectors.shape == (len(order) + 1, world.article_vectors.shape[1] if compares_texts else 0)
    assert facts.category[:-1].tolist() == category.tolist()


def test_expired_and_coming_articles_are_no_candidates() -> None:
    """Only what is live at the moment."""
    rows = [article("old", 24 * 15), article("now", 2), article("soon", published_at=hours_ago(-1))]
    now = view_of(history(rows, [], [reader(1)]))
    found = candidates(now, sources_of(PARAMS), np.arange(1))
    assert list(now.context.dataset.article_ids[now.context.live[found.article]]) == ["now"]
    assert list(now.context.dataset.history.articles[c.ARTICLE_ID]) == ["now", "old", "soon"]
    assert ListParams().max_age_days == 14


def test_every_source_keeps_the_contract() -> None:
    """A source that is added is tested, too."""
    assert {kind.source for kind in SourceContract.__subclasses__()} == set(SOURCES)
