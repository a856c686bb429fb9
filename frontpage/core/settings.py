"""Settings of one installation: built once at an entry point from the environment, frozen, and passed down."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from frontpage.core.actor import Actor, current_actor
from frontpage.core.database.url import DatabaseUrl
from frontpage.core.errors import BadInputError

PREFIX = "FRONTPAGE_"
_PLACEHOLDER = re.compile(r"(?i)^(|change.?me|secret|password|postgres|admin|development-only.*)$")


class Settings(BaseModel):
    """Where things are and what may be reached. Each field is `FRONTPAGE_<NAME>` in the environment.

    Outside `env=development` placeholder secrets are refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: str = Field("development", description="`development`, or anything else: then placeholder secrets are refused")
    home: Path = Field(
        Path(".frontpage"), description="local state that is not in Git: server, models, snapshots, pages"
    )
    database_url: str = Field(
        "",
        description="a PostgreSQL of your own (docs/reference/database.md); empty means the embedded server under home",
    )
    digest_database_url: str = Field(
        "",
        description="the database with the log-in of role `frontpage_digest`; empty: the digest takes the usual one",
    )
    artefacts: str = Field(
        "",
        description="where models, snapshots and MLflow's files are kept for other machines: a folder, `file://...` or "
        "`s3://...` (any fsspec URL); empty: only in the home that made them",
    )
    signing_key_file: str = Field(
        "", description="PEM file of the Ed25519 key that signs bundles; empty: home/keys/bundle.pem"
    )
    trusted_keys_file: str = Field(
        "", description="PEM file of the public keys whose bundles are taken; empty: the one of our own key"
    )
    code_commit: str = Field("", description="commit that the code is; empty: the one that is checked out, if any")
    image_digest: str = Field("", description="of the image that runs, where it is known; part of a version's lineage")
    mlflow_url: str = Field(
        "", description="where MLflow keeps its registry; empty means database `mlflow` beside ours"
    )
    dvc_remote: str = Field("", description="any DVC remote URL for snapshots; empty means home/dvc-remote")
    archive_url: str = Field(
        "", description="where runs are archived, any URL of fsspec (`file://`, `s3://` ...); empty means home/archive"
    )
    backups: str = Field(
        "", description="folder of sealed backups, best a mounted volume of another machine; empty: home/backups"
    )
    backup_key_file: str = Field(
        "", description="file of the key that seals backups (`frontpage backup key`); empty: home/keys/backup.key"
    )
    neptune_mode: str = Field("offline", description="`offline` (files under home), `debug`, or `async` with a server")
    neptune_project: str = Field("frontpage/recommender", description="workspace/project on a Neptune server")
    sources: str = Field(
        "",
        description="source URIs that an extract pulls, separated as docs/reference/sources.md says; empty: those of "
        "the sources file",
    )
    sources_file: str = Field("", description="YAML file of sources; empty: `sources.yaml`, if it is there")
    params_file: Path = Field(
        Path("params.yaml"),
        description="parameters of the pipeline; where no file is set and this one is not there, the defaults hold",
    )
    pseudonym_secret: SecretStr = Field(
        SecretStr("development-only-pseudonym-secret"), description="key of the readers' pseudonyms; never change it"
    )
    address_keys: SecretStr = Field(
        SecretStr(""),
        description="secrets that seal readers' addresses in the database, comma-separated: the first seals, all open "
        "(`frontpage rotate-addresses`); empty: one derived from the pseudonyms' secret, which the word `derived` "
        "names too",
    )
    smtp_url: str = Field("smtp://127.0.0.1:1025", description="where the digest hands its mails over")
    mail_from: str = Field("Frontpage <digest@frontpage.example>", description="sender of the digest")
    public_url: str = Field("http://127.0.0.1:8000", description="where readers reach the API, for links in mails")
    link_secrets: SecretStr = Field(
        SecretStr(""),
        description="secrets that sign the links in mails, comma-separated: the first signs, all are accepted; empty: "
        "one derived from the pseudonyms' secret, which the word `derived` names too",
    )
    dkim_key_file: str = Field("", description="PEM file of the private key that signs mails; empty: they go unsigned")
    dkim_selector: str = Field("frontpage", description="under which name the public key stands in DNS")
    dkim_domain: str = Field("", description="domain that signs; empty: the domain of the sender")
    bounce_mailbox: str = Field(
        "", description="where bounces and complaints arrive: a Maildir folder, or `imaps://USER:PASSWORD@HOST/FOLDER`"
    )
    api_keys: SecretStr = Field(
        SecretStr(""),
        description="keys that may do everything on the API, comma-separated, plain or as `sha256:<hex>`; with them, "
        "or anywhere but on loopback in development, a request under /v1 needs a key (`frontpage key` makes others)",
    )
    tls_certificate_file: str = Field(
        "",
        description="PEM file of the API's certificate and chain; read again when it is replaced; empty: plain HTTP",
    )
    tls_key_file: str = Field("", description="PEM file of that certificate's key")
    rate_limit_per_second: int = Field(
        1000, ge=0, description="requests of one API key per second and worker, ten seconds' worth at once; 0: no limit"
    )
    cors_origins: str = Field(
        "", description="comma-separated origins whose web pages may call the API; empty: none, browsers refuse"
    )
    serve_cache_mb: int = Field(128, ge=1, description="memory for readers' lists in each worker of the API, megabytes")
    run_too_old_minutes: int = Field(
        180, ge=1, description="a served run older than this, three missed refreshes, makes /health/ready red"
    )
    prometheus_url: str = Field(
        "http://127.0.0.1:9090", description="where panels, service levels and the daily report ask for figures"
    )
    log_store_url: str = Field(
        "", description="Elasticsearch or OpenSearch that logs are shipped to, for `frontpage logs`; empty: none"
    )
    traces_file: str = Field(
        "", description="file that gets each span of a trace as a line of JSON; empty: none (docs/monitoring.md)"
    )
    report_to: str = Field(
        "", description="who gets the daily report by mail, comma-separated; empty: it is only written"
    )
    actor: str = Field(
        "person:unknown",
        description="who acts, written beside each change of state: `person:NAME`, or what Airflow hands to its steps; "
        "by itself the person who is logged in",
    )
    image: str = Field("", description="the container image that runs, as its registry names it, for the record")
    clock: str = Field("", description="for historic data: API and digest take this time as now")

    @field_validator("database_url", "digest_database_url", "mlflow_url")
    @classmethod
    def _read_alike(cls, text: str, info: ValidationInfo) -> str:
        """A database's URL in the one spelling that every part understands; MLflow's may lead elsewhere."""
        is_other = info.field_name == "mlflow_url" and not text.strip().lower().startswith("postgres")
        return text if not text or is_other else DatabaseUrl.parse(text, f"{PREFIX}{info.field_name}".upper()).libpq()

    @model_validator(mode="after")
    def _refuse_half_of_a_pair(self) -> Self:
        if bool(self.tls_certificate_file) != bool(self.tls_key_file):
            raise ValueError(f"{PREFIX}TLS_CERTIFICATE_FILE and {PREFIX}TLS_KEY_FILE go together; set both, or neither")
        return self

    @model_validator(mode="after")
    def _refuse_placeholders(self) -> Self:
        if self.env == "development":
            return self
        if _PLACEHOLDER.match(self.pseudonym_secret.get_secret_value()):
            raise ValueError(f"{PREFIX}PSEUDONYM_SECRET must be set to a secret of your own outside development")
        if self.database_url and _PLACEHOLDER.match(DatabaseUrl.parse(self.database_url).password):
            raise ValueError(f"{PREFIX}DATABASE_URL carries no password of your own, which only development allows")
        return self

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Settings from variables named `FRONTPAGE_*`; others are ignored.

        Raises BadInputError naming the variable that is unknown or refused.
        """
        given = {name: environ[PREFIX + name.upper()] for name in cls.model_fields if PREFIX + name.upper() in environ}
        # An empty path would be the working directory; whoever sets a variable to nothing means that it is not set.
        values = {
            name: value for name, value in given.items() if value or cls.model_fields[name].annotation is not Path
        }
        values["actor"] = str(current_actor(environ))
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise BadInputError(f"settings: {name + ': ' if name else ''}{first['msg']}") from error

    @property
    def acting(self) -> Actor:
        """Who acts."""
        return Actor.parse(self.actor)

    @property
    def cors_origin_list(self) -> list[str]:
        """The origins whose pages may call the API."""
        return _listed(self.cors_origins)

    def path(self, *parts: str) -> Path:
        """An absolute path below `home`."""
        return self.home.absolute().joinpath(*parts)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
