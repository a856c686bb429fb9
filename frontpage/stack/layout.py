"""What one `make run` was asked for, and where it keeps its things."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from frontpage.core.errors import BadInputError

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Ports:
    """TCP ports on loopback."""

    api: int = 8000
    airflow: int = 8080
    mail: int = 1025
    mlflow: int = 5000


@dataclass(frozen=True, slots=True)
class World:
    """Where articles and reads come from: a simulated newsroom of some size, a published data set, or live sources.

    sources: a list of source URIs, as in FRONTPAGE_SOURCES.
    """

    readers: int = 15_000
    days: int = 14
    articles_per_day: int = 2_000
    data: str = ""
    format_name: str = ""
    sources: str = ""

    def __post_init__(self) -> None:
        if self.data and self.sources:
            raise BadInputError("DATA= and SOURCES= exclude each other: the one is history, the other goes on")
        if self.data and not self.format_name:
            raise BadInputError(f"DATA={self.data} needs the name of its format, e.g. FORMAT=deskdrop")
        if self.data and not Path(self.data).exists():
            raise BadInputError(f"DATA={self.data} does not exist")

    @property
    def is_historic(self) -> bool:
        """Whether the data end in the past, so that its clock stands still."""
        return bool(self.data)

    @property
    def is_live(self) -> bool:
        """Whether it is somebody's own sources, which go on by themselves."""
        return bool(self.sources)

    @property
    def is_simulated(self) -> bool:
        """Whether a simulator writes it, and goes on."""
        return not self.data and not self.sources

    @property
    def identity(self) -> dict[str, Any]:
        """What must be the same when the home is used again; sources may come and go, and may hold passwords."""
        return {"live": True} if self.is_live else {k: v for k, v in asdict(self).items() if k != "sources"}

    @property
    def label(self) -> str:
        """What is in the home folder, for people."""
        if self.is_historic:
            return f"{self.format_name} from {self.data}"
        if self.is_live:
            return "data of live sources"
        size = f"{self.readers:,} readers, {self.days} days, {self.articles_per_day:,} articles a day"
        return f"a simulated newsroom of {size}"


@dataclass(frozen=True, slots=True)
class Layout:
    """Folders and files of an installation below its home."""

    home: Path

    @property
    def run(self) -> Path:
        """Records of running processes."""
        return self.home / "run"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.home / "logs"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.home / "airflow"

    @property
    def newsroom(self) -> Path:
        """Canonical files that extract pulls."""
        return self.home / "newsroom"

    @property
    def mlflow(self) -> Path:
        """Plots and files of MLflow's runs."""
        return self.home / "mlflow"

    @property
    def mail(self) -> Path:
        """Mails that the local sink took."""
        return self.home / "mail"

    @property
    def world(self) -> Path:
        """What the home was filled with; written once that is complete."""
        return self.home / "world.json"
