"""What editors say at a moment: the applied rules with the articles they mean then, and what is retracted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from frontpage.core.params import Params
from frontpage.rules.files import parsed
from frontpage.store.connect import Connection
from frontpage.store.governance.reports import flagged
from frontpage.store.governance.retractions import retracted
from frontpage.store.governance.rule_sets import articles_for_rules, rule_set
from models.editorial.editorial import Editorial
from models.editorial.rule import EditorialRule


def editorial_at(
    connection: Connection,
    params: Params,
    as_of: datetime,
    *,
    version: int | None = None,
    rules: Sequence[EditorialRule] | None = None,
    asked_at: datetime | None = None,
) -> Editorial:
    """The applied rules (or those of a `version`, or `rules` instead) at `as_of`, and what is retracted now.

    asked_at: what was retracted then instead, as a run made at that time by the clock saw it.
    """
    applied = rule_set(connection, version)
    wanted = parsed(applied.rules) if rules is None else rules
    articles = articles_for_rules(connection, as_of, as_of - params.max_age)
    return Editorial.at(
        wanted, articles, as_of, applied.version, retracted(connection, asked_at), flagged(connection, asked_at)
    )
