"""Versions of the editorial rules as they were applied, and the articles that rules look at."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from psycopg2.extras import Json

from frontpage.core import columns as c
from frontpage.core.errors import NothingPublishedError
from frontpage.store import audit
from frontpage.store.connect import Connection, execute, fetch_one, transaction
from frontpage.store.copying.copy_out import copy_out
from frontpage.store.queries import query

_ARTICLE = (c.ARTICLE_ID, c.PUBLISHER, c.AUTHOR, c.CATEGORY, c.URL, c.TITLE)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version: rules as plain data. Version 0 is that of no rules."""

    version: int = 0
    rules: tuple[dict[str, Any], ...] = ()
    hash: str = ""


def rule_set(connection: Connection, version: int | None = None) -> RuleSet:
    """The rules that are in force, or those of a version. Raises NothingPublishedError for one that never was."""
    if version == 0:
        return RuleSet()
    row = fetch_one(connection, query("rules/rule_set"), {"version": version})
    if row is None:
        if version is not None:
            raise NothingPublishedError(f"there is no version {version} of the applied rules")
        return RuleSet()
    return RuleSet(row["version"], tuple(row["rules"]), row["hash"])


def hash_of(rules: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 of rules, whatever order their keys are in."""
    return hashlib.sha256(json.dumps([*rules], sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def apply(connection: Connection, rules: Sequence[Mapping[str, Any]], actor: str, reason: str) -> tuple[int, bool]:
    """The version of these rules, and whether it is new: rules that are in force already stay what they are."""
    digest = hash_of(rules)
    with transaction(connection):
        execute(connection, "lock table rule_set in share row exclusive mode")
        before = rule_set(connection)
        if before.hash == digest:
            return before.version, False
        values = {"rules": Json([*rules]), "hash": digest, "actor": actor, "reason": reason}
        row = fetch_one(connection, query("rules/rule_set_insert"), values)
        assert row is not None
        said = ({"version": one, "hash": of} for one, of in ((before.version, before.hash), (row["version"], digest)))
        audit.record(connection, "rules apply", "rules:applied", actor, reason, *said)
    return int(row["version"]), True


def articles_for_rules(connection: Connection, as_of: datetime, since: datetime) -> pd.DataFrame:
    """article_id, publisher, author, category, url, title of what could be listed at `as_of`; absent text is None."""
    return copy_out(connection, query("rules/articles"), {"as_of": as_of, "since": since}, _ARTICLE)
