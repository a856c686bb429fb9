"""The language of an article: an ISO 639-1 code from what was declared, or recognised from the text."""

import functools
import re
import threading
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.localedata import exists
from py3langid.langid import MODEL_FILE, LanguageIdentifier

#: Characters that recognition looks at; more changes nothing and costs time.
_CHARACTERS = 600
_MIN_LETTERS = 12
#: Below this probability of the likeliest language the text is too short to say. Of titles of Deskdrop (English and
#: Portuguese) four in five are above it, of which 1 in 167 is wrong.
_MIN_CONFIDENCE = 0.5
_CODE = re.compile(r"([a-z]{2,3})(?:[-_.@].*)?")
_MODEL = threading.Lock()
_ENGLISH: dict[str, Any] = dict(Locale("en").languages)
ISO_639_1 = frozenset(code for code in _ENGLISH if len(code) == 2)


def clean_language(declared: str | None) -> str | None:
    """`en` from `en`, `EN-us`, `en_GB`, `eng` or `English`, `he` from `iw`; None where no one language is declared.

    Codes without an ISO 639-1 equivalent, `und`, `mul` and `zxx` among them, declare none.
    """
    named = [name.strip() for name in re.split(r"[,;|/]", (declared or "").casefold()) if name.strip()]
    found = {_language(name) for name in named if not name.startswith("q=")}
    return found.pop() if len(found) == 1 else None


def recognise_language(content: str) -> str | None:
    """ISO 639-1 code recognised from the text; None where it is too short, or too mixed, to tell."""
    sample = content[:_CHARACTERS]
    if sum(map(str.isalpha, sample)) < _MIN_LETTERS:
        return None
    with _MODEL:  # loaded at the first call, which two threads must not do at once
        language, confidence = _identifier().classify(sample)
    return str(language) if confidence >= _MIN_CONFIDENCE else None


def _language(name: str) -> str | None:
    """The code that a code, a tag or a name stands for."""
    code = _CODE.fullmatch(name)
    if code is None:
        return _names().get(name.partition("(")[0].strip())
    language = _aliases().get(code[1], code[1])
    return language if language in ISO_639_1 else None


@functools.cache
def _aliases() -> dict[str, str]:
    """Three-letter codes and old ones to those of today (CLDR); `fil`, which CLDR prefers to `tl`, to `tl`."""
    given = {old: str(new).partition("_")[0] for old, new in get_global("language_aliases").items()}
    short = {old: new for old, new in given.items() if len(new) == 2}
    return {new: old for old, new in given.items() if len(old) == 2 < len(new)} | short


@functools.cache
def _names() -> dict[str, str]:
    """English names of languages and their own: `german` and `deutsch`."""
    own = {code: Locale.parse(code).get_language_name(code) for code in ISO_639_1 if exists(code)}
    return {str(name).casefold(): code for code, name in [*own.items(), *_ENGLISH.items()] if code in ISO_639_1}


@functools.cache
def _identifier() -> LanguageIdentifier:
    """Knows ISO 639-1 languages only, so that a short text is never taken for one that newsrooms have no code for."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([label for label in identifier.labels if label in ISO_639_1])
    return identifier
