"""Expectations on reads."""

from frontpage.core import columns as c
from frontpage.core.history import READ_COLUMNS
from frontpage.core.schema.reads import READ_KINDS
from frontpage.core.sections.data import QualityParams
from frontpage.quality.declare import Boundary, Check, Part, Severity, expectations, figure

_AT = Boundary.READS
_FAIL, _WARN = Severity.FAIL, Severity.WARN
_DAY_SECONDS = 86_400


def reads(params: QualityParams) -> tuple[Check, ...]:
    """Every expectation on reads, in the order of the reference page."""
    return (*_shape(), *_rows(), *_volume(params), *_constants(params), *_mixture(params))


def _shape() -> tuple[Check, ...]:
    e = expectations
    return (
        Check(
            "read_columns_exist",
            _AT,
            Part.TABLE,
            _FAIL,
            "each step reads these columns; without one of them the refresh would die half-way",
            e.ExpectTableColumnsToMatchSet(column_set=list(READ_COLUMNS), exact_match=False),
        ),
        Check(
            "read_times_have_a_zone",
            _AT,
            Part.TABLE,
            _FAIL,
            "a time without a zone moves every read by hours, and popularity with it",
            e.ExpectColumnTypeToBe(column=c.OCCURRED_AT, type_="TIMESTAMP WITH TIME ZONE"),
        ),
    )


def _rows() -> tuple[Check, ...]:
    e = expectations
    rows = Part.ROWS
    return (
        Check(
            "read_event_id_is_there",
            _AT,
            rows,
            _FAIL,
            "a repeat is recognised by it",
            e.ExpectColumnValueLengthsToBeBetween(column=c.EVENT_ID, min_value=1),
        ),
        Check(
            "read_event_id_is_unique",
            _AT,
            rows,
            _FAIL,
            "a read counted twice pushes its article up",
            e.ExpectColumnValuesToBeUnique(column=c.EVENT_ID),
        ),
        Check(
            "read_occurred_is_there",
            _AT,
            rows,
            _FAIL,
            "a read without a time has no weight",
            e.ExpectColumnValuesToNotBeNull(column=c.OCCURRED_AT),
        ),
        Check(
            "read_kind_is_known",
            _AT,
            rows,
            _FAIL,
            "an unknown kind would be weighed like reading",
            e.ExpectColumnValuesToBeInSet(column=c.KIND, value_set=list(READ_KINDS)),
        ),
        Check(
            "read_dwell_is_within_a_day",
            _AT,
            rows,
            _FAIL,
            "reading time is what models are judged by",
            e.ExpectColumnValuesToBeBetween(column=c.DWELL_SECONDS, min_value=0, max_value=_DAY_SECONDS),
        ),
        Check(
            "read_reader_exists",
            _AT,
            rows,
            _FAIL,
            "a read by nobody teaches a reader who is never served",
            e.ExpectColumnValuesToBeInSet(column="reader_is_known", value_set=[True]),
        ),
        Check(
            "read_article_exists",
            _AT,
            rows,
            _FAIL,
            "reads of unknown articles belong in quarantine until the article comes",
            e.ExpectColumnValuesToBeInSet(column="article_is_known", value_set=[True]),
        ),
        Check(
            "read_article_was_known",
            _AT,
            rows,
            _WARN,
            "more than 5 % of the reads name an article that became known only later: articles come late",
            e.ExpectColumnValuesToBeInSet(column="article_was_known", value_set=[True], mostly=0.95),
        ),
        Check(
            "read_recorded_after_it_occurred",
            _AT,
            rows,
            _WARN,
            "more than 5 % recorded before they happened: a clock is wrong",
            e.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=c.RECORDED_AT, column_B=c.OCCURRED_AT, or_equal=True, mostly=0.95
            ),
        ),
    )


def _volume(params: QualityParams) -> tuple[Check, ...]:
    at, part = _AT, Part.FIGURES
    return (
        Check(
            "reads_of_a_day_not_far_too_few",
            at,
            part,
            _FAIL,
            "far fewer reads in 24 hours than this weekday brings: tracking is broken and popularity would "
            "follow noise",
            figure("volume_24h", at_least=params.min_volume),
        ),
        Check(
            "reads_of_a_day_enough",
            at,
            part,
            _WARN,
            "fewer reads in 24 hours than this weekday brings",
            figure("volume_24h", at_least=params.low_volume),
        ),
        Check(
            "reads_of_three_hours_enough",
            at,
            part,
            _WARN,
            "fewer reads in three hours than this hour of day brings",
            figure("volume_3h", at_least=params.low_volume),
        ),
        Check(
            "reads_are_fresh",
            at,
            part,
            _FAIL,
            "no new read for more than two days and more than twice the longest pause of four weeks: "
            "the event stream is silent",
            figure("staleness", at_most=1),
        ),
        Check(
            "reads_are_recent",
            at,
            part,
            _WARN,
            "no new read for more than a day and more than the longest pause of four weeks",
            figure("staleness", at_most=0.5),
        ),
    )


def _constants(params: QualityParams) -> tuple[Check, ...]:
    at, part = _AT, Part.FIGURES
    return (
        Check(
            "dwell_is_not_a_constant",
            at,
            part,
            _FAIL,
            "one value on most reads of the average reader is a timer, not reading time, and would judge every model",
            figure("top_dwell_share", at_most=params.max_constant),
        ),
        Check(
            "dwell_is_varied",
            at,
            part,
            _WARN,
            "one value on a fifth of the reads: a cap or a default of the tracker",
            figure("top_dwell_share", at_most=0.2),
        ),
        Check(
            "pauses_are_varied",
            at,
            part,
            _WARN,
            "one exact pause between a fifth of the reads: an artificial time, such as the 30 seconds that end "
            "sessions in one public log",
            figure("top_pause_share", at_most=0.2),
        ),
    )


def _mixture(params: QualityParams) -> tuple[Check, ...]:
    at, part = _AT, Part.FIGURES
    return (
        Check(
            "reads_not_mostly_suspicious",
            at,
            part,
            _FAIL,
            "of the day's average reader most reads are marked suspicious: nothing honest is left to learn from (one "
            "reader with most of the reads stops nobody)",
            figure("suspicious_reader_share", at_most=params.max_suspicious),
        ),
        Check(
            "reads_mostly_honest",
            at,
            part,
            _WARN,
            "a fifth of the day's reads is marked suspicious",
            figure("suspicious_share", at_most=0.2),
        ),
        Check(
            "reads_mostly_on_time",
            at,
            part,
            _WARN,
            "a fifth of the day's reads came more than a day late",
            figure("late_share", at_most=0.2),
        ),
        Check(
            "reads_keep_their_region",
            at,
            part,
            _WARN,
            "the share without a region rose by more than 30 points in a day",
            figure("region_loss", at_most=0.3),
        ),
        Check(
            "reads_keep_their_dwell",
            at,
            part,
            _WARN,
            "the share without a reading time rose by more than 30 points in a day",
            figure("dwell_loss", at_most=0.3),
        ),
        Check(
            "reads_by_many_readers",
            at,
            part,
            _WARN,
            "one reader made a fifth of the day's reads: a robot",
            figure("top_reader_share", at_most=0.2),
        ),
        Check(
            "reads_of_many_articles",
            at,
            part,
            _WARN,
            "half of the day's reads are of one article",
            figure("top_article_share", at_most=0.5),
        ),
        Check(
            "reads_not_repeated",
            at,
            part,
            _WARN,
            "a tenth of the day's reads repeat another under a new event id",
            figure("repeated_share", at_most=0.1),
        ),
    )
