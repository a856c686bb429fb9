"""The shape of an error."""

from pydantic import BaseModel, Field


class FieldError(BaseModel):
    """One part of a request that cannot be used."""

    field: str
    detail: str


class Problem(BaseModel):
    """An error, as RFC 9457 says (`application/problem+json`)."""

    type: str = Field(description="stable name of the kind of error, or about:blank")
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldError] | None = Field(default=None, description="only where parts of the request are wrong")
    failing: list[str] | None = Field(
        default=None, description="only from /health/ready: database, published_run, run_age"
    )
