"""Reasons in words: the same for the API, `frontpage why` and the digest, in each language of `reasons.yaml`."""

import functools
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from frontpage.core.lists import Reason

ENGLISH = "en"


def reason_of(stored: Mapping[str, Any]) -> Reason:
    """A reason as it is stored: code, `args` where there are any, contribution; older runs stored a `text`."""
    return Reason(stored["code"], stored.get("args", {}), stored.get("contribution", 0.0), stored.get("text"))


def said(reason: Reason, language: str = ENGLISH) -> str:
    """The reason in words; its stored text where it has one, the words of its code where that has no wording."""
    if reason.text is not None:
        return reason.text
    return _said(language, reason.code, tuple(reason.args.items()))


def worded(reason: Reason) -> dict[str, Any]:
    """`code`, `text` (English) and `args`, for machines and people."""
    return {"code": reason.code, "text": said(reason), "args": reason.args}


@functools.cache
def wordings() -> Mapping[str, Mapping[str, str]]:
    """What each code says, by language; arguments in braces."""
    return {str(code): said for code, said in _file()["codes"].items()}


@functools.cache
def spans() -> Mapping[str, Mapping[str, Mapping[float, str]]]:
    """How a number of hours is said, by form and language."""
    return _file()["spans"]


class _Words(Formatter):
    """`{name}` is the argument as it is, `{name:form}` a number of hours in that form of `spans`."""

    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        return spans()[format_spec][self._language][value] if format_spec else str(value)


@functools.lru_cache(maxsize=8_192)
def _said(language: str, code: str, args: tuple[tuple[str, str | float], ...]) -> str:
    try:
        return _Words(language).vformat(wordings()[code][language], (), dict(args))
    except KeyError:  # another version of the code made the list
        return code.replace("_", " ")


@functools.cache
def _file() -> Mapping[str, Any]:
    return yaml.safe_load(Path(__file__).with_name("reasons.yaml").read_text(encoding="utf-8"))
