"""Published data sets as canonical files: one module per format, found by its folder and named like the format."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from frontpage.newsroom.importing.base import Importer


def format_names() -> list[str]:
    """Every format that can be imported, by name; no module is loaded."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def importer_of(format_name: str) -> Importer:
    """The importer of a format, which its module holds as IMPORTER.

    Raises KeyError for a format that is not among `format_names`.
    """
    if format_name not in format_names():
        raise KeyError(format_name)
    importer: Importer = import_module(f"{__name__}.{format_name}").IMPORTER
    return importer
