"""What every section of params.yaml has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A frozen part of params.yaml; an unknown key is an error, not a silent typo."""

    model_config = ConfigDict(frozen=True, extra="forbid")
