"""Expectations on readers and on the pulls that brought everything."""

from frontpage.core import columns as c
from frontpage.core.schema.fields import Layer
from frontpage.core.schema.readers import READER_IDENTITY
from frontpage.core.sections.data import QualityParams
from frontpage.quality.declare import Boundary, Check, Part, Severity, expectations, figure

_FAIL, _WARN = Severity.FAIL, Severity.WARN
_KEY_MAX = (1 << 63) - 1


def readers() -> tuple[Check, ...]:
    """Every expectation on readers, in the order of the reference page. Addresses are not looked at."""
    e = expectations
    at, rows, figures = Boundary.READERS, Part.ROWS, Part.FIGURES
    return (
        Check(
            "reader_columns_exist",
            at,
            Part.TABLE,
            _FAIL,
            "the API finds a reader's list through them",
            e.ExpectTableColumnsToMatchSet(column_set=list(READER_IDENTITY.names(Layer.TABLE)), exact_match=False),
        ),
        Check(
            "reader_id_is_there",
            at,
            rows,
            _FAIL,
            "nobody could ask for the list of a reader without an id",
            e.ExpectColumnValueLengthsToBeBetween(column=c.READER_ID, min_value=1),
        ),
        Check(
            "reader_id_is_unique",
            at,
            rows,
            _FAIL,
            "two keys for one reader: one of the lists would never be found",
            e.ExpectColumnValuesToBeUnique(column=c.READER_ID),
        ),
        Check(
            "reader_key_is_a_pseudonym",
            at,
            rows,
            _FAIL,
            "a key outside 63 bits was not made by this installation",
            e.ExpectColumnValuesToBeBetween(column=c.READER_KEY, min_value=0, max_value=_KEY_MAX),
        ),
        Check(
            "reader_signed_up_in_the_past",
            at,
            rows,
            _WARN,
            "a sign-up in the future keeps a reader without reads from being served",
            e.ExpectColumnValuesToBeInSet(column="has_signed_up", value_set=[True]),
        ),
        Check(
            "reader_timezone_is_known",
            at,
            rows,
            _WARN,
            "the digest is sent by it",
            e.ExpectColumnValuesToBeInSet(column="timezone_is_known", value_set=[True]),
        ),
        Check(
            "reader_versions_belong_to_a_reader",
            at,
            figures,
            _FAIL,
            "interests and addresses of nobody",
            figure("n_orphans", at_most=0),
        ),
        Check(
            "readers_do_not_double_in_a_day",
            at,
            figures,
            _WARN,
            "more new readers in a day than there were: robots, or ids that changed",
            figure("growth", at_most=1),
        ),
        Check(
            "reader_interests_are_categories",
            at,
            figures,
            _WARN,
            "most picked interests name no category of any article, so they help nobody",
            figure("known_interest_share", at_least=0.5),
        ),
    )


def extracts(params: QualityParams) -> tuple[Check, ...]:
    """Every expectation on the last pull of each source."""
    at, part = Boundary.EXTRACT, Part.FIGURES
    return (
        Check(
            "pulled_rows_are_accounted_for",
            at,
            part,
            _FAIL,
            "rows in = loaded + updated + unchanged + quarantined; anything else is lost",
            figure("n_unaccounted", at_most=0),
        ),
        Check(
            "pulls_not_mostly_quarantined",
            at,
            part,
            _FAIL,
            "most rows of a source could not be used: its format changed",
            figure("quarantined_share", at_most=params.max_quarantined),
        ),
        Check(
            "pulls_hardly_quarantined",
            at,
            part,
            _WARN,
            "more than 5 % of the rows of a source could not be used",
            figure("quarantined_share", at_most=0.05),
        ),
        Check(
            "no_pull_failed",
            at,
            part,
            _WARN,
            "the last pull of a source failed; its rows come with the next one",
            figure("failed_share", at_most=0),
        ),
    )
