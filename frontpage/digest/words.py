"""What mails say in the reader's language; dates and times by CLDR's rules (Babel)."""

import functools
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

import yaml
from babel.dates import format_date, format_datetime

_FOLDER = Path(__file__).parent
#: Of languages that mails are not written in.
DEFAULT = "en"


def language_of(*wanted: str | None) -> str:
    """The first of these that mails are written in, `pt-BR` counting as `pt`; English where none is."""
    known = _words()
    plain = (language.lower().replace("_", "-").split("-")[0] for language in wanted if language)
    return next((language for language in plain if language in known), DEFAULT)


def words_in(language: str) -> dict[str, str]:
    """The fixed texts in a language that `language_of` gave."""
    return _words()[language]


def day_in(language: str, day: date) -> str:
    """`Sunday, March 1, 2026`, as the language writes it."""
    return format_date(day, format="full", locale=language)


def moment_in(language: str, moment: datetime, zone: tzinfo) -> str:
    """Day, month and time of day in that zone, as the language writes them: `Mar 1, 5:45 AM`."""
    return format_datetime(moment, format=_SHORT[language], tzinfo=zone, locale=language)


_SHORT = {"en": "MMM d, h:mm a", "es": "d MMM, H:mm", "pt": "d 'de' MMM, HH:mm", "fr": "d MMM, HH:mm"}


@functools.cache
def _words() -> dict[str, dict[str, str]]:
    loaded: Any = yaml.safe_load((_FOLDER / "words.yaml").read_text())
    return {str(language): dict(texts) for language, texts in loaded.items()}
