"""What a group of features says to a reader or an auditor, and when it is true.

A phrase is used only where its feature's value bears it out: a contribution may be positive because a value is low.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log1p
from typing import Final


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence of a group of features; true where `at_least` <= the feature's value <= `at_most`.

    `{category}` and `{publisher}` stand for the article's.
    """

    group: str
    feature: str
    text: str
    at_least: float = -inf
    at_most: float = inf


_SOME_READS = log1p(2.0)
#: In each group the phrase whose feature contributes most is said; the order breaks ties.
PHRASES: Final = (
    Phrase("popular", "article_reads_6m", "much read in the last minutes", _SOME_READS),
    Phrase("popular", "article_reads_15m", "much read in the last 15 minutes", _SOME_READS),
    Phrase("popular", "article_reads_30m", "much read in the last half hour", _SOME_READS),
    Phrase("popular", "article_reads_1h", "much read in the last hour", _SOME_READS),
    Phrase("popular", "article_reads_2h", "much read in the last 2 hours", _SOME_READS),
    Phrase("popular", "article_reads_6h", "much read in the last 6 hours", _SOME_READS),
    Phrase("popular", "article_reads_12h", "much read in the last 12 hours", _SOME_READS),
    Phrase("popular", "article_reads_24h", "much read in the last day", _SOME_READS),
    Phrase("popular", "article_reads_72h", "much read in the last 3 days", _SOME_READS),
    Phrase("popular", "article_reads_168h", "much read in the last week", _SOME_READS),
    Phrase("popular", "article_share_15m", "among the most read of the last 15 minutes", 0.05),
    Phrase("popular", "article_share_2h", "among the most read of the last 2 hours", 0.05),
    Phrase("popular", "article_share_12h", "among the most read of the last 12 hours", 0.05),
    Phrase("popular", "article_share_72h", "among the most read of the last 3 days", 0.05),
    Phrase("popular", "article_reads_per_hour_of_life", "much read since it came out", log1p(0.5)),
    Phrase("popular", "article_hours_since_read", "read just now by others", at_most=log1p(0.25)),
    Phrase("trending", "trend_6m_30m", "read more and more in the last minutes", 0.1),
    Phrase("trending", "trend_15m_1h", "read more and more in the last 15 minutes", 0.1),
    Phrase("trending", "trend_1h_6h", "read more and more in the last hour", 0.1),
    Phrase("trending", "trend_2h_24h", "read more and more in the last 2 hours", 0.1),
    Phrase("trending", "trend_6h_72h", "read more and more in the last 6 hours", 0.1),
    Phrase("region", "region_reads_1h", "much read in your region in the last hour", log1p(1.0)),
    Phrase("region", "region_lift_1h", "read more in your region than elsewhere this hour", 0.1),
    Phrase("region", "region_lift_6h", "read more in your region than elsewhere", 0.1),
    Phrase("device", "device_lift_1h", "read more on devices like yours this hour", 0.1),
    Phrase("device", "device_lift_6h", "read more on devices like yours", 0.1),
    Phrase("referrer", "referrer_lift_1h", "read more by who comes the way you do this hour", 0.1),
    Phrase("referrer", "referrer_lift_6h", "read more by who comes the way you do", 0.1),
    Phrase("fresh", "article_age_hours", "came out within the last hour", at_most=log1p(1.0)),
    Phrase("fresh", "article_age_hours", "new today", log1p(1.0), log1p(24.0)),
    Phrase("fresh", "article_age_hours", "from the last 3 days", log1p(24.0), log1p(72.0)),
    Phrase("fresh", "article_new_since_visit", "new since you were last here", 0.0),
    Phrase("reading_time", "article_mean_dwell_minutes", "readers take their time over it", 1.0),
    Phrase("reading_time", "category_mean_dwell_minutes", "readers take their time over {category}", 1.0),
    Phrase("reading_time", "publisher_mean_dwell_minutes", "readers take their time over {publisher}", 1.0),
    Phrase("category", "category_affinity", "you often read {category}", 0.15),
    Phrase("interest", "interest_match", "you chose {category} as an interest", 1.0),
    Phrase("publisher", "publisher_affinity", "you often read {publisher}", 0.15),
    Phrase("language", "same_language", "in the language you read most", 1.0),
    Phrase("similar_readers", "als_score", "read by readers with a taste like yours", 0.02),
    Phrase("similar_readers", "together_lift", "read by those who read what you have read", 0.2),
    Phrase("similar_content", "content_score", "close to what you read lately", 0.2),
    Phrase("similar_content", "content_score_last", "close to what you read last", 0.2),
)
#: Said where nothing else is true.
LAST_RESORT: Final = Phrase("recent", "", "one of the newest articles left for you")
