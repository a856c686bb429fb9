"""Settings of one installation: built once at an entry point from the environment, frozen, and passed down."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, model_validator

from core.errors import BadInputError

PREFIX = "FRONTPAGE_"
_PLACEHOLDER = re.compile(r"(?i)^(|change.?me|secret|password|postgres|admin|development-only.*)$")


class Settings(BaseModel):
    """Where things are and what may be reached. Each field is `FRONTPAGE_<NAME>` in the environment.

    Outside `env=development` placeholder secrets are refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: str = "development"
    #: Local state that is not in Git: embedded server, snapshots, checkpoints, artefacts, docs of runs.
    home: Path = Path(".frontpage")
    #: Any PostgreSQL; empty means the embedded server under `home`.
    database_url: str = ""
    #: Where MLflow keeps runs and its registry; empty means the database `mlflow` beside `frontpage`.
    mlflow_url: str = ""
    neptune_mode: str = "offline"
    neptune_project: str = "frontpage/recommender"
    #: Comma-separated source URIs that the scheduled extract pulls.
    sources: str = ""
    params_file: Path = Path("params.yaml")
    pseudonym_secret: SecretStr = SecretStr("development-only-pseudonym-secret")
    smtp_url: str = "smtp://127.0.0.1:1025"
    mail_from: str = "Frontpage <digest@frontpage.example>"
    public_url: str = "http://127.0.0.1:8000"
    #: Keys that may read the API, comma-separated, each in plain text or as `sha256:<hex>`. None are needed on
    #: loopback in development; anywhere else the API refuses to start without them.
    api_keys: SecretStr = SecretStr("")
    #: Set for historic data: the API and the digest take this as now.
    clock: str = ""

    @model_validator(mode="after")
    def _refuse_placeholders(self) -> Self:
        if self.env == "development":
            return self
        if _PLACEHOLDER.match(self.pseudonym_secret.get_secret_value()):
            raise ValueError(f"{PREFIX}PSEUDONYM_SECRET must be set to a secret of your own outside development")
        if self.database_url and _PLACEHOLDER.match(urlsplit(self.database_url).password or ""):
            raise ValueError(f"{PREFIX}DATABASE_URL carries no password of your own, which only development allows")
        return self

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Settings from variables named `FRONTPAGE_*`; others are ignored.

        Raises BadInputError naming the variable that is unknown or refused.
        """
        values = {name: environ[PREFIX + name.upper()] for name in cls.model_fields if PREFIX + name.upper() in environ}
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise BadInputError(f"settings: {name + ': ' if name else ''}{first['msg']}") from error

    @property
    def source_list(self) -> list[str]:
        """The source URIs, in the order given."""
        return [source.strip() for source in self.sources.split(",") if source.strip()]

    def path(self, *parts: str) -> Path:
        """An absolute path below `home`."""
        return self.home.absolute().joinpath(*parts)
