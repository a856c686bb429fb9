"""Expectations on the lists of a run that is not served yet: the gate."""

from frontpage.core import columns as c
from frontpage.core.lists import LIST_LENGTH
from frontpage.core.schema.fields import Layer
from frontpage.core.schema.lists import RECOMMENDATION
from frontpage.core.sections.data import QualityParams
from frontpage.quality.declare import Boundary, Check, Expectation, Part, Severity, expectations, figure

_AT = Boundary.LISTS
_FAIL, _WARN = Severity.FAIL, Severity.WARN
_COLUMNS = (c.RUN_ID, *RECOMMENDATION.required(Layer.LIST))


def lists(params: QualityParams) -> tuple[Check, ...]:
    """Every expectation on lists, in the order of the reference page."""
    return (*_shape(), *_articles(), *_completeness(params), *_variety())


def _shape() -> tuple[Check, ...]:
    e = expectations
    rows = Part.ROWS
    return (
        Check(
            "list_columns_exist",
            _AT,
            Part.TABLE,
            _FAIL,
            "the API reads these columns",
            e.ExpectTableColumnsToMatchSet(column_set=list(_COLUMNS), exact_match=False),
        ),
        Check(
            "list_ranks_are_1_to_10",
            _AT,
            rows,
            _FAIL,
            "a page has ten places",
            e.ExpectColumnValuesToBeBetween(column=c.RANK, min_value=1, max_value=LIST_LENGTH),
        ),
        Check(
            "list_ranks_have_no_gap",
            _AT,
            rows,
            _FAIL,
            "a hole in the page",
            e.ExpectColumnPairValuesToBeEqual(column_A=c.RANK, column_B="rank_expected"),
        ),
        Check(
            "list_scores_are_finite",
            _AT,
            rows,
            _FAIL,
            "a score that is not a number is a model that broke",
            _true("score_is_finite"),
        ),
        Check(
            "list_scores_fall_with_rank",
            _AT,
            rows,
            _FAIL,
            "the page would not show the best first (in a fallback list: within each candidate source)",
            _true("is_in_order"),
        ),
        Check("list_reasons_are_there", _AT, rows, _FAIL, "every recommendation is explained", _true("has_reasons")),
        Check("list_reader_exists", _AT, rows, _FAIL, "a list that nobody can ask for", _true("reader_is_known")),
    )


def _articles() -> tuple[Check, ...]:
    rows = Part.ROWS
    return (
        Check(
            "list_names_an_article_once",
            _AT,
            rows,
            _FAIL,
            "the same article twice on one page",
            expectations.ExpectColumnValuesToBeBetween(column="n_times", max_value=1),
        ),
        Check(
            "list_article_exists", _AT, rows, _FAIL, "a place with neither title nor link", _true("article_is_known")
        ),
        Check("list_article_is_live", _AT, rows, _FAIL, "a retracted article is never recommended", _true("is_live")),
        Check(
            "list_article_is_original",
            _AT,
            rows,
            _FAIL,
            "a copy stands for the article it repeats",
            _true("is_original"),
        ),
        Check("list_article_is_out", _AT, rows, _FAIL, "an article from the future of this edition", _true("is_out")),
        Check("list_article_has_not_expired", _AT, rows, _FAIL, "news that is too old to be news", _true("is_young")),
        Check(
            "list_article_is_unread",
            _AT,
            rows,
            _FAIL,
            "what a reader has read or hidden is not recommended",
            _true("is_unread"),
        ),
    )


def _completeness(params: QualityParams) -> tuple[Check, ...]:
    part = Part.FIGURES
    return (
        Check(
            "lists_are_full",
            _AT,
            part,
            _FAIL,
            "active readers without ten recommendations, though there are ten live articles that they have not read",
            figure("full_share", at_least=params.min_full_lists),
        ),
        Check(
            "lists_are_all_full",
            _AT,
            part,
            _WARN,
            "some active reader has a shorter list than there could be",
            figure("full_share", at_least=1),
        ),
        Check(
            "list_fallback_is_there",
            _AT,
            part,
            _FAIL,
            "new and unknown readers would see an empty page",
            figure("n_fallbacks_missing", at_most=0),
        ),
    )


def _variety() -> tuple[Check, ...]:
    part = Part.FIGURES
    return (
        Check(
            "lists_differ",
            _AT,
            part,
            _WARN,
            "among 100 live articles and more, everybody gets the same fifteen",
            figure("n_distinct", at_least=15),
        ),
        Check(
            "lists_open_with_different_articles",
            _AT,
            part,
            _WARN,
            "one article opens nearly every list",
            figure("top_first_share", at_most=0.95),
        ),
        Check(
            "lists_name_many_publishers",
            _AT,
            part,
            _WARN,
            "one publisher has 50 points more of the places than of the live articles",
            figure("publisher_gain", at_most=0.5),
        ),
        Check(
            "lists_resemble_the_last",
            _AT,
            part,
            _WARN,
            "hardly an article in common with the list served up to three hours before: the model may have turned over",
            figure("overlap", at_least=0.02),
        ),
        Check(
            "lists_are_not_the_last",
            _AT,
            part,
            _WARN,
            "ten new articles or more, and not one of them in any list",
            figure("unchanged_share", at_most=0.9999),
        ),
    )


def _true(column: str) -> Expectation:
    """The expectation that a flag of the query holds; an unknown flag is not judged here but by article_exists."""
    made: Expectation = expectations.ExpectColumnValuesToBeInSet(column=column, value_set=[True])
    return made
