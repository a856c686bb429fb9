"""What a group of features says to a reader or an auditor, and when it is true; `core.wording` puts it into words.

A phrase is used only where its feature's value bears it out: a contribution may be positive because a value is low.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log1p
from typing import Final, Literal

from frontpage.core import columns as c


@dataclass(frozen=True, slots=True)
class Phrase:
    """A reason's code; true where `at_least` <= the feature's value <= `at_most`.

    Its arguments: `hours`, the span that the feature looks back, and `label`, which of the article's labels it names.
    """

    code: str
    group: str
    feature: str
    at_least: float = -inf
    at_most: float = inf
    hours: float | None = None
    label: Literal["category", "publisher"] | None = None

    def args(self, label: str | None = None) -> dict[str, str | float]:
        """The arguments, for an article with this label."""
        given: dict[str, str | float] = {} if self.hours is None else {"hours": self.hours}
        return given if self.label is None or label is None else {**given, self.label: label}


_SOME_READS = log1p(2.0)
#: In each group the phrase whose feature contributes most is said; the order breaks ties.
PHRASES: Final = (
    Phrase("much_read", "popular", "article_reads_6m", _SOME_READS, hours=0.1),
    Phrase("much_read", "popular", "article_reads_15m", _SOME_READS, hours=0.25),
    Phrase("much_read", "popular", "article_reads_30m", _SOME_READS, hours=0.5),
    Phrase("much_read", "popular", "article_reads_1h", _SOME_READS, hours=1),
    Phrase("much_read", "popular", "article_reads_2h", _SOME_READS, hours=2),
    Phrase("much_read", "popular", "article_reads_6h", _SOME_READS, hours=6),
    Phrase("much_read", "popular", "article_reads_12h", _SOME_READS, hours=12),
    Phrase("much_read", "popular", "article_reads_24h", _SOME_READS, hours=24),
    Phrase("much_read", "popular", "article_reads_72h", _SOME_READS, hours=72),
    Phrase("much_read", "popular", "article_reads_168h", _SOME_READS, hours=168),
    Phrase("among_most_read", "popular", "article_share_15m", 0.05, hours=0.25),
    Phrase("among_most_read", "popular", "article_share_2h", 0.05, hours=2),
    Phrase("among_most_read", "popular", "article_share_12h", 0.05, hours=12),
    Phrase("among_most_read", "popular", "article_share_72h", 0.05, hours=72),
    Phrase("much_read_since_out", "popular", "article_reads_per_hour_of_life", log1p(0.5)),
    Phrase("read_just_now", "popular", "article_hours_since_read", at_most=log1p(0.25)),
    Phrase("read_more_and_more", "trending", "trend_6m_30m", 0.1, hours=0.1),
    Phrase("read_more_and_more", "trending", "trend_15m_1h", 0.1, hours=0.25),
    Phrase("read_more_and_more", "trending", "trend_1h_6h", 0.1, hours=1),
    Phrase("read_more_and_more", "trending", "trend_2h_24h", 0.1, hours=2),
    Phrase("read_more_and_more", "trending", "trend_6h_72h", 0.1, hours=6),
    Phrase("much_read_in_region", "region", "region_reads_1h", log1p(1.0), hours=1),
    Phrase("more_in_region_this_hour", "region", "region_lift_1h", 0.1),
    Phrase("more_in_region", "region", "region_lift_6h", 0.1),
    Phrase("more_on_device_this_hour", "device", "device_lift_1h", 0.1),
    Phrase("more_on_device", "device", "device_lift_6h", 0.1),
    Phrase("more_by_referrer_this_hour", "referrer", "referrer_lift_1h", 0.1),
    Phrase("more_by_referrer", "referrer", "referrer_lift_6h", 0.1),
    Phrase("new_this_hour", "fresh", "article_age_hours", at_most=log1p(1.0)),
    Phrase("new_today", "fresh", "article_age_hours", log1p(1.0), log1p(24.0)),
    Phrase("new_in_three_days", "fresh", "article_age_hours", log1p(24.0), log1p(72.0)),
    Phrase("new_since_visit", "fresh", "article_new_since_visit", 0.0),
    Phrase("read_slowly", "reading_time", "article_mean_dwell_minutes", 1.0),
    Phrase("category_read_slowly", "reading_time", "category_mean_dwell_minutes", 1.0, label=c.CATEGORY),
    Phrase("publisher_read_slowly", "reading_time", "publisher_mean_dwell_minutes", 1.0, label=c.PUBLISHER),
    Phrase("reads_category", "category", "category_affinity", 0.15, label=c.CATEGORY),
    Phrase("chose_category", "interest", "interest_match", 1.0, label=c.CATEGORY),
    Phrase("reads_publisher", "publisher", "publisher_affinity", 0.15, label=c.PUBLISHER),
    Phrase("reads_language", "language", "same_language", 1.0),
    Phrase("similar_taste", "similar_readers", "als_score", 0.02),
    Phrase("read_together", "similar_readers", "together_lift", 0.2),
    Phrase("close_to_recent_reads", "similar_content", "content_score", 0.2),
    Phrase("close_to_last_read", "similar_content", "content_score_last", 0.2),
)
#: Said where nothing else is true.
LAST_RESORT: Final = Phrase("among_newest", "recent", "")
