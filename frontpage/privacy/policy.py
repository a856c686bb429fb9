"""The policy of personal data: what each table and file is, why, how long, and who may read it."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).parent / "policy.yaml"


class PolicyEntry(BaseModel):
    """One table or folder. retention: a parameter of params.yaml, `reader` (until forgotten) or `for good`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    why: str
    retention: str
    readers: tuple[str, ...] = ()

    @property
    def how_long(self) -> str:
        """In words."""
        words = {"reader": "until you ask to be forgotten", "for good": "for good"}
        return words.get(self.retention, f"{self.retention} in params.yaml")


class Policy(BaseModel):
    """Tables that hold a pseudonym, tables that may name a reader otherwise, folders of files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tables: dict[str, PolicyEntry] = Field(min_length=1)
    mentions: dict[str, PolicyEntry]
    files: dict[str, PolicyEntry]

    def of(self, table: str) -> PolicyEntry | None:
        """What is said of a table."""
        return self.tables.get(table) or self.mentions.get(table)


@cache
def load_policy() -> Policy:
    """The policy as it stands in the package."""
    loaded: Any = yaml.safe_load(FILE.read_text())
    return Policy.model_validate(loaded)
