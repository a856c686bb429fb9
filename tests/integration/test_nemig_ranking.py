"""NeMig's lists, the real ones: text and history order them better than chance and than a cosine."""

from pathlib import Path

import numpy as np

from bench.listwise import Block
from bench.nemig import dealt, expected, linear, measures
from bench.nemig_features import mean_cosines, text_columns, tf_idf
from bench.nemig_log import load


def test_clicked_words_order_other_readers_lists(shared_data: Path) -> None:
    """Over all readers, each ordered by what others clicked: AUC and nDCG@10 above a random order and a cosine."""
    log = load(shared_data / "nemig_en")
    assert (len(log.sizes), len(np.unique(log.reader))) == (14_148, 2_994)
    words, ridge = text_columns(log)
    ours = measures(log, dealt(log).scores(linear(log, Block(words, log.article, ridge)))).mean(axis=0)
    cosine = measures(log, mean_cosines(log, tf_idf(log))).mean(axis=0)
    random = expected(log).mean(axis=0)
    assert (ours[:2] > random[:2] + 0.01).all()
    assert (ours[:2] > cosine[:2] + 0.01).all()
