"""What a step says when it is done: one line for people and logs, the same for every verb."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Summary:
    """Result of one verb. Counts are rows of the verb's main grain; `seconds` is wall time.

    inputs, outputs: what it was made of and what it made, by name; each a count of rows or a mapping with any of rows,
    hash and version. They are for the record of the execution, not for the line.
    """

    verb: str
    rows_in: int = 0
    rows_out: int = 0
    rejected: int = 0
    seconds: float = 0.0
    artifact: str = "-"
    details: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """`extract rows_in=10 rows_out=9 rejected=1 seconds=0.42 artifact=... key=value`"""
        head = (
            f"{self.verb} rows_in={self.rows_in} rows_out={self.rows_out} rejected={self.rejected} "
            f"seconds={self.seconds:.2f} artifact={self.artifact}"
        )
        return " ".join([head, *(f"{key}={value}" for key, value in self.details.items())])
