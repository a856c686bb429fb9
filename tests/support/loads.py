"""What each of the user's ten packages carries: what is made false in the test, and what a user sees of it."""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "load-bearing.md"


@dataclass(frozen=True)
class Load:
    """One package: what it gives, how the test makes it false, the command that meets it, and what is seen."""

    package: str
    given: str
    false: str
    command: str
    seen: str


LOADS = (
    Load(
        "apache-airflow", "the order of the steps", "`a >> b` makes a wait for b", "`publish`", "red: nothing is built"
    ),
    Load(
        "apache-beam",
        "every block of readers, once",
        "a pipeline loses its last element",
        "`score`",
        "red: a block is missing",
    ),
    Load(
        "psycopg2-binary",
        "rows in and out of PostgreSQL",
        "each COPY loses its last row",
        "`score`",
        "red: the rows are not those of the account",
    ),
    Load("feast", "readers' features at a moment", "each reader gets those of the next one", "`score`", "other lists"),
    Load(
        "dvc",
        "a snapshot as it was",
        "a byte of the restored files is another",
        "`features --data`",
        "refused: the file is not that of the manifest",
    ),
    Load("scikit-learn", "vectors of texts", "directions drawn at random", "`train`, `score`", "other lists"),
    Load("implicit", "factors of readers", "each reader gets those of another", "`score`", "other lists"),
    Load(
        "shap", "contributions to a score", "each is larger by .01", "`score`", "red: the reasons are not those of shap"
    ),
    Load(
        "neptune",
        "the record of a training",
        "each number is doubled",
        "`train`",
        "the record read back is not the version's",
    ),
    Load(
        "great-expectations",
        "the verdict on lists",
        "everything has passed",
        "`gate`",
        "half-empty lists pass, which are refused otherwise",
    ),
)


def table() -> str:
    """The table of docs/reference/load-bearing.md."""
    rows = [f"| {load.package} | {load.given} | {load.false} | {load.command} | {load.seen} |" for load in LOADS]
    return "\n".join(["| package | gives | made false | who meets it | what is seen |", "|---|---|---|---|---|", *rows])


def main() -> None:
    """Write the table into the page."""
    made = re.sub(r"\| package \|.*?\n(?=\n)", lambda _: table() + "\n", PAGE.read_text(), count=1, flags=re.DOTALL)
    PAGE.write_text(made)


if __name__ == "__main__":
    main()
