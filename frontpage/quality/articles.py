"""Expectations on articles."""

from datetime import UTC, datetime

from frontpage.core import columns as c
from frontpage.core.history import ARTICLE_COLUMNS
from frontpage.core.sections.data import QualityParams
from frontpage.quality.declare import Boundary, Check, Part, Severity, expectations, figure

_AT = Boundary.ARTICLES
_FAIL, _WARN = Severity.FAIL, Severity.WARN
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


def articles(params: QualityParams) -> tuple[Check, ...]:
    """Every expectation on articles, in the order of the reference page."""
    return (*_shape(), *_rows(), *_volume(params), *_mixture())


def _shape() -> tuple[Check, ...]:
    e = expectations
    return (
        Check(
            "article_columns_exist",
            _AT,
            Part.TABLE,
            _FAIL,
            "each step reads these columns; without one of them the refresh would die half-way",
            e.ExpectTableColumnsToMatchSet(column_set=list(ARTICLE_COLUMNS), exact_match=False),
        ),
        Check(
            "article_times_have_a_zone",
            _AT,
            Part.TABLE,
            _FAIL,
            "a time without a zone moves every article by hours and lets the future into the list",
            e.ExpectColumnTypeToBe(column=c.RECORDED_AT, type_="TIMESTAMP WITH TIME ZONE"),
        ),
    )


def _rows() -> tuple[Check, ...]:
    e = expectations
    rows = Part.ROWS
    return (
        Check(
            "article_id_is_there",
            _AT,
            rows,
            _FAIL,
            "an article without an id can be neither listed nor counted",
            e.ExpectColumnValueLengthsToBeBetween(column=c.ARTICLE_ID, min_value=1),
        ),
        Check(
            "article_url_is_a_web_address",
            _AT,
            rows,
            _FAIL,
            "the list links to it",
            e.ExpectColumnValuesToMatchRegex(column=c.URL, regex="(?i)^https?://[^/ ]+"),
        ),
        Check(
            "article_title_is_there",
            _AT,
            rows,
            _FAIL,
            "the headline is what readers see; more than 1 % blank is a broken source",
            e.ExpectColumnValuesToMatchRegex(column=c.TITLE, regex="[^[:space:]]", mostly=0.99),
        ),
        Check(
            "article_first_seen_is_there",
            _AT,
            rows,
            _FAIL,
            "age and expiry count from it where the publisher gives no time",
            e.ExpectColumnValuesToNotBeNull(column=c.FIRST_SEEN_AT),
        ),
        Check(
            "article_first_seen_before_recorded",
            _AT,
            rows,
            _FAIL,
            "an article recorded before it was seen would be listed in an edition that could not know it",
            e.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=c.RECORDED_AT, column_B=c.FIRST_SEEN_AT, or_equal=True, mostly=0.99
            ),
        ),
        Check(
            "article_content_hash_is_there",
            _AT,
            rows,
            _FAIL,
            "copies of a text are recognised by it",
            e.ExpectColumnValuesToNotBeNull(column="content_hash"),
        ),
        Check(
            "article_status_is_known",
            _AT,
            rows,
            _FAIL,
            "only live articles are listed; an unknown word would hide or show them by accident",
            e.ExpectColumnValuesToBeInSet(column=c.STATUS, value_set=["live", "retracted"]),
        ),
        Check(
            "article_original_exists",
            _AT,
            rows,
            _FAIL,
            "a duplicate of an article that is not there hides both; up to 2 % may repeat one older than a snapshot",
            e.ExpectColumnValuesToBeInSet(column="original_is_known", value_set=[True], mostly=0.98),
        ),
        Check(
            "article_address_is_unique",
            _AT,
            rows,
            _FAIL,
            "more than 2 % of the listable articles share an address: copies are no longer recognised",
            e.ExpectColumnValuesToBeUnique(column="listable_address", mostly=0.98),
        ),
        Check(
            "article_is_not_its_own_duplicate",
            _AT,
            rows,
            _FAIL,
            "it would never be listed",
            e.ExpectColumnValuesToBeInSet(column="is_not_its_own_duplicate", value_set=[True]),
        ),
        Check(
            "article_published_after_1990",
            _AT,
            rows,
            _WARN,
            "an older date is a parser's default; it makes the article expire at once",
            e.ExpectColumnValuesToBeBetween(column=c.PUBLISHED_AT, min_value=_LONG_AGO),
        ),
    )


def _volume(params: QualityParams) -> tuple[Check, ...]:
    at, part = _AT, Part.FIGURES
    return (
        Check(
            "articles_of_a_day_not_far_too_few",
            at,
            part,
            _FAIL,
            "far fewer new articles in 24 hours than this weekday brings: a source is down and the list would go stale",
            figure("volume_24h", at_least=params.min_volume),
        ),
        Check(
            "articles_of_a_day_enough",
            at,
            part,
            _WARN,
            "fewer new articles in 24 hours than this weekday brings",
            figure("volume_24h", at_least=params.low_volume),
        ),
        Check(
            "articles_of_three_hours_enough",
            at,
            part,
            _WARN,
            "fewer new articles in three hours than this hour of day brings",
            figure("volume_3h", at_least=params.low_volume),
        ),
        Check(
            "articles_are_fresh",
            at,
            part,
            _FAIL,
            "no new article for more than two days and more than twice the longest pause of four weeks: "
            "the sources are silent",
            figure("staleness", at_most=1),
        ),
        Check(
            "articles_are_recent",
            at,
            part,
            _WARN,
            "no new article for more than a day and more than the longest pause of four weeks",
            figure("staleness", at_most=0.5),
        ),
    )


def _mixture() -> tuple[Check, ...]:
    at, part = _AT, Part.FIGURES
    return (
        Check(
            "articles_differ_in_title",
            at,
            part,
            _WARN,
            "one title on most articles of the week is an error page that was parsed as news",
            figure("top_title_share", at_most=0.5),
        ),
        Check(
            "articles_mostly_original",
            at,
            part,
            _WARN,
            "most articles of the week repeat another one: a source sends everything twice",
            figure("duplicate_share", at_most=0.5),
        ),
        Check(
            "articles_mostly_live",
            at,
            part,
            _WARN,
            "most articles of the week were retracted",
            figure("retracted_share", at_most=0.5),
        ),
        Check(
            "articles_not_from_the_future",
            at,
            part,
            _WARN,
            "many of the day's articles carry a later time: a source has its time zone wrong",
            figure("future_share", at_most=0.2),
        ),
        Check(
            "articles_keep_their_category",
            at,
            part,
            _WARN,
            "the share without a category rose by more than 30 points in a day",
            figure("category_loss", at_most=0.3),
        ),
        Check(
            "articles_keep_their_text",
            at,
            part,
            _WARN,
            "the share without summary and body rose by more than 30 points in a day",
            figure("text_loss", at_most=0.3),
        ),
        Check(
            "articles_from_the_usual_publishers",
            at,
            part,
            _WARN,
            "one publisher's share of the day rose by more than 50 points: the others may be down",
            figure("publisher_gain", at_most=0.5),
        ),
    )
