"""Why a row cannot be used: one code each, and the sentence that documents it."""

from enum import StrEnum


class RejectReason(StrEnum):
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
    UNKNOWN_STATUS = "unknown_status"
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


MEANING: dict[RejectReason, str] = {
    RejectReason.BAD_JSON: "the line is not one JSON object, or nested too deep",
    RejectReason.BAD_ENCODING: "the bytes are not the UTF-8 they should be",
    RejectReason.BAD_COLUMNS: "the CSV row has more or fewer fields than its header",
    RejectReason.BAD_FILE: "the file ends early or is not what its name says; rows before the damage are loaded",
    RejectReason.TOO_LARGE: "the row, or an id or address in it, is longer than we store",
    RejectReason.MISSING_FIELD: "a required field is absent or empty",
    RejectReason.BAD_TEXT: "a text field holds something else, such as an object",
    RejectReason.BAD_TIME: "a time is not ISO 8601",
    RejectReason.TIME_OUT_OF_RANGE: "before 1990, more than ten years ahead, or two days after it was recorded",
    RejectReason.BAD_NUMBER: "a number is not one, or not finite",
    RejectReason.BAD_BOOLEAN: "a yes-or-no field is neither",
    RejectReason.NEGATIVE_DWELL: "reading time below zero",
    RejectReason.DWELL_TOO_LONG: "reading time above six hours",
    RejectReason.UNKNOWN_KIND: "the kind of read is none that we know",
    RejectReason.UNKNOWN_STATUS: "the status of an article is neither live nor retracted",
    RejectReason.BAD_URL: "the address is not an absolute http or https URL",
    RejectReason.BAD_EMAIL: "the e-mail address is not one",
    RejectReason.BAD_TIMEZONE: "the time zone is not an IANA name",
    RejectReason.NO_READER: "the id is nobody's, such as `undefined` or `(not set)`: as a reader it would be a crowd",
    RejectReason.UNKNOWN_ARTICLE: "the article has not come yet; a later extract loads the row when it has",
    RejectReason.CONFLICTING_EVENT: "the same event_id was used before for another reader, article, kind or time",
    RejectReason.BAD_FEED: "the document is not a feed, is damaged, or defines or refers to entities",
    RejectReason.BAD_ENTRY: "the feed entry has neither a title nor a text, or no address and no identity",
    RejectReason.REPEATED_ENTRY: "the feed names the same entry twice with different content; the first is loaded",
    RejectReason.TOO_MANY_ENTRIES: "the feed is longer than we take at once; the entries before are loaded",
}


class RowError(Exception):
    """One row that cannot be used; caught where blocks are prepared and turned into a quarantine row."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
