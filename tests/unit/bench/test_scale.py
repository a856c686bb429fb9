"""The world of the scale benches: its shape, and that it is the same each time; and the arithmetic of the proof."""

import numpy as np
import pyarrow as pa
import pytest

from bench.apart import apart
from bench.cost import Costs
from bench.meter import metered
from bench.scale import SIZES, growth, row_of
from bench.scale_server import params_of
from bench.scale_world import AS_OF, Size, World
from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.core.sections.data import RetentionParams

SIZE = Size(n_readers=400, n_days=2, articles_a_day=300)


@pytest.fixture(scope="module")
def world() -> World:
    """A small world."""
    return World(SIZE)


def test_a_world_is_the_same_each_time(world: World) -> None:
    """Every table, from the seed."""
    again = World(SIZE)
    assert pa.concat_tables(world.reads()).equals(pa.concat_tables(again.reads()))
    assert pa.concat_tables(world.articles()).equals(pa.concat_tables(again.articles()))
    assert world.reader_versions().equals(again.reader_versions())


def test_everybody_reads_and_nothing_comes_from_the_future(world: World) -> None:
    """About 5.8 reads a day; an article is read after it came out, by a reader who is known."""
    reads, articles = pa.concat_tables(world.reads()), pa.concat_tables(world.articles())
    assert len(reads) == pytest.approx(5.8 * 400 * 2, rel=0.35)
    frame = reads.to_pandas().merge(articles.to_pandas()[[c.ARTICLE_ID, c.PUBLISHED_AT]], on=c.ARTICLE_ID)
    assert len(frame) == len(reads)
    assert frame[c.OCCURRED_AT].max() < AS_OF
    assert (frame[c.OCCURRED_AT] > frame[c.PUBLISHED_AT]).mean() > 0.99
    assert set(frame[c.READER_KEY]) <= set(world.readers()[c.READER_KEY].to_pylist())
    assert len(set(frame[c.READER_KEY])) > 350


def test_ids_are_distinct_and_texts_have_words(world: World) -> None:
    """As the tables' keys demand."""
    articles, readers = pa.concat_tables(world.articles()), world.readers()
    assert len(articles) == 600
    for table, name in ((articles, c.ARTICLE_ID), (readers, c.READER_KEY), (readers, c.READER_ID)):
        assert len(set(table[name].to_pylist())) == len(table)
    assert {len(title.split()) for title in articles[c.TITLE].to_pylist()} == {9}


def test_a_size_has_a_name_of_its_own() -> None:
    """So worlds lie beside each other."""
    sizes = (Size(), Size(n_readers=1), Size(n_days=3), Size(live_days=3), Size(seed=2), Size(articles_a_day=7))
    assert len({size.name for size in sizes}) == len(sizes)


def test_a_column_has_the_parameters_that_ship() -> None:
    """Articles are listed as long as by default, and there are as many days of them."""
    size = SIZES["521k_shipped"]
    assert params_of(size) == Params()
    assert size.n_days == size.live_days == 14


def test_growth_by_hand() -> None:
    """Ten times the readers in ten times the time is an exponent of 1, in the same memory one of 0."""
    figures = {
        name: {"refresh_seconds": readers / 20, "peak_gb": 2.0, "readers": readers}
        for name, readers in (("15k", 100), ("60k", 400), ("521k", 1_000), ("521k_3_days_live", 1_001))
    }
    assert growth(figures) == {"exponent": 1.0, "memory_exponent": 0.0}
    assert growth({"15k": figures["15k"]}) == {}


def test_a_row_of_the_table() -> None:
    """Steps, kernels and what they amount to."""
    measured = {
        "readers": 10, "live_articles": 20, "rows": 100, "ratio": 1.5,
        "ours": {"seconds": 3.0, "peak_rss_bytes": 2_000_000_000, "written_bytes": 1_000_000_000,
                 "steps": {"score": {"wall_seconds": 3.0}}},
        "reference": {"seconds": {"topk": 2.0}, "total_seconds": 2.0},
    }  # fmt: skip
    row = row_of(measured)
    assert (row["score_seconds"], row["kernel_topk_seconds"], row["ratio"], row["peak_gb"]) == (3.0, 2.0, 1.5, 2.0)


def test_costs_lie_on_the_lines() -> None:
    """Half-way between two sizes everything is half-way; cores follow from lists, limits from the first to give way."""
    small = {"readers": 1_000, "score_seconds": 10.0, "features_seconds": 1.0, "gate_seconds": 1.0,
             "publish_seconds": 0.0, "peak_gb": 2.0}  # fmt: skip
    full = {name: 3 * value for name, value in small.items()}
    costs = Costs.of({"15k": small, "521k": full, "publish_60k": {"rows": 10_000, "run_gb": 0.5}}, cores=2)
    row = costs.row(2_000)
    assert (row["list_core_minutes"], row["memory_gb"], row["lists_gb"]) == (
        round(2 * 20 / 60),
        4.0,
        1.0 * RetentionParams().runs,
    )
    assert row["database_minutes"] == round(4 / 60, 1)
    assert costs.limits()["a_worker_needs_64_gb"] == round(32_000 / 1e6, 1)


def test_a_meter_sees_time_and_memory() -> None:
    """At least what is held while it runs."""
    with metered() as meter:
        held = np.ones(20_000_000)
        assert held.sum() > 0
    assert meter.peak_bytes > held.nbytes
    assert meter.wall_seconds >= 0


def test_a_meter_of_work_done_apart_leaves_out_who_started_it() -> None:
    """What the bench itself holds is nothing that the work needs."""
    held = np.ones(20_000_000)
    with metered(counts_itself=False) as meter:
        apart("time:sleep", 1.2)
    assert 0 < meter.peak_bytes < held.nbytes
