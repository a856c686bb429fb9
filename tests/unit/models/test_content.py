"""Content vectors: alike texts are near, no text is zero, and nothing depends on luck."""

from typing import Any

import numpy as np
import pandas as pd

from frontpage.core.sections.training import ContentParams
from models.retrieval.content import ContentModel, fit_content

from .worlds import article, history

PARAMS = ContentParams(n_dimensions=4, max_terms=100)
_SPORT = "striker goal league match"
_MONEY = "bank rates inflation market"


def _articles() -> pd.DataFrame:
    words = ["monday", "tuesday", "friday"]
    rows: list[dict[str, Any]] = []
    for number in range(6):
        rows.append(article(f"m{number}", title=_MONEY, summary=words[number % 3]))
        rows.append(article(f"s{number}", title=_SPORT, body=words[number % 3]))
    return history(rows, [], []).articles


def test_alike_texts_are_nearer() -> None:
    """Cosine of two sport articles is above that of sport and money."""
    articles = _articles()
    vectors = fit_content(articles, PARAMS, 1).vectors(articles)
    money, other_money, sport = vectors[0], vectors[1], vectors[6]
    assert money @ other_money > 0.6 > abs(money @ sport)


def test_vectors_have_length_one_or_zero() -> None:
    """Unit length where a word is known; zeros for no text and for unknown words."""
    articles = _articles()
    model = fit_content(articles, PARAMS, 1)
    rows = history([article("empty", title=None), article("known", title="goal"), article("odd", title="zzzz")], [], [])
    lengths = np.linalg.norm(model.vectors(rows.articles), axis=1)
    assert np.allclose(lengths, [0, 1, 0], atol=1e-5)


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Fitting twice gives equal axes and vectors."""
    articles = _articles()
    one, two = fit_content(articles, PARAMS, 7), fit_content(articles, PARAMS, 7)
    assert one.axes.tobytes() == two.axes.tobytes()
    assert one.vectors(articles).tobytes() == two.vectors(articles).tobytes()


def test_too_little_text_is_no_error() -> None:
    """No articles, one article, or no words: vectors of zeros in the asked width."""
    for rows in ([], [article("a", title="one goal")], [article("a", title=None), article("b", title="!?")]):
        articles = history(rows, [], []).articles
        model = fit_content(articles, PARAMS, 1)
        assert isinstance(model, ContentModel)
        assert model.vectors(articles).shape == (len(rows), 4)
        assert not model.vectors(articles).any()
