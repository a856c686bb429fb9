"""Why a row cannot be used: one code each, and the sentence that documents it."""

from enum import StrEnum


class Reason(StrEnum):
    """Quarantine codes; `MEANING` says each in words and docs/reference/sources.md shows them."""

    BAD_JSON = "bad_json"
    BAD_ENCODING = "bad_encoding"
    BAD_COLUMNS = "bad_columns"
    BAD_FILE = "bad_file"
    TOO_LARGE = "too_large"
    MISSING_FIELD = "missing_field"
    BAD_TEXT = "bad_text"
    BAD_TIME = "bad_time"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    BAD_NUMBER = "bad_number"
    BAD_BOOLEAN = "bad_boolean"
    NEGATIVE_DWELL = "negative_dwell"
    DWELL_TOO_LONG = "dwell_too_long"
    UNKNOWN_KIND = "unknown_kind"
    BAD_URL = "bad_url"
    BAD_EMAIL = "bad_email"
    BAD_TIMEZONE = "bad_timezone"
    NO_READER = "no_reader"
    UNKNOWN_ARTICLE = "unknown_article"
    CONFLICTING_EVENT = "conflicting_event"
    BAD_FEED = "bad_feed"
    BAD_ENTRY = "bad_entry"
    REPEATED_ENTRY = "repeated_entry"
    TOO_MANY_ENTRIES = "too_many_entries"


MEANING: dict[Reason, str] = {
    Reason.BAD_JSON: "the line is not one JSON object, or nested too deep",
    Reason.BAD_ENCODING: "the bytes are not the UTF-8 they should be",
    Reason.BAD_COLUMNS: "the CSV row has more or fewer fields than its header",
    Reason.BAD_FILE: "the file ends early or is not what its name says; rows before the damage are loaded",
    Reason.TOO_LARGE: "the row, or an id or address in it, is longer than we store",
    Reason.MISSING_FIELD: "a required field is absent or empty",
    Reason.BAD_TEXT: "a text field holds something else, such as an object",
    Reason.BAD_TIME: "a time is not ISO 8601",
    Reason.TIME_OUT_OF_RANGE: "a time is before 1990, more than ten years ahead, or two days after it was recorded",
    Reason.BAD_NUMBER: "a number is not one, or not finite",
    Reason.BAD_BOOLEAN: "a yes-or-no field is neither",
    Reason.NEGATIVE_DWELL: "reading time below zero",
    Reason.DWELL_TOO_LONG: "reading time above six hours",
    Reason.UNKNOWN_KIND: "the kind of read is none that we know",
    Reason.BAD_URL: "the address is not an absolute http or https URL",
    Reason.BAD_EMAIL: "the e-mail address is not one",
    Reason.BAD_TIMEZONE: "the time zone is not an IANA name",
    Reason.NO_READER: "the id is nobody's, such as `undefined` or `(not set)`: taken for a reader it would be a crowd",
    Reason.UNKNOWN_ARTICLE: "the article has not come yet; a later extract loads the row when it has",
    Reason.CONFLICTING_EVENT: "the same event_id was used before for another reader, article, kind or time",
    Reason.BAD_FEED: "the document is not a feed, is damaged, or defines or refers to entities",
    Reason.BAD_ENTRY: "the feed entry has neither a title nor a text, or no address and no identity",
    Reason.REPEATED_ENTRY: "the feed names the same entry twice with different content; the first is loaded",
    Reason.TOO_MANY_ENTRIES: "the feed is longer than we take at once; the entries before are loaded",
}


class RowError(Exception):
    """One row that cannot be used; caught where blocks are prepared and turned into a quarantine row."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
