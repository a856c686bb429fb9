"""The parameters of the synthetic newsroom: `frontpage/newsroom/parameters.yaml`, read once and frozen."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from frontpage.core.errors import BadInputError

FOLDER = Path(__file__).resolve().parent


class NewsroomSection(BaseModel):
    """A frozen part of parameters.yaml; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Region(NewsroomSection):
    """A part of the world with its readers, clocks and tongues."""

    share: float = Field(ge=0, le=1)
    timezones: list[str]
    languages: dict[str, float]
    places: list[str]


class Category(NewsroomSection):
    """A section of the newspaper: share of articles, mean interest of readers, typical length in words."""

    articles: float = Field(ge=0)
    interest: float = Field(gt=0)
    words: int = Field(gt=0)


class Publisher(NewsroomSection):
    """A newspaper: where it is read, in which language, and its share of all articles."""

    name: str
    host: str
    region: str
    language: str
    share: float = Field(ge=0)


class Cycles(NewsroomSection):
    """Relative activity per local hour (24) and weekday from Monday (7)."""

    reading_hours: list[float] = Field(min_length=24, max_length=24)
    reading_weekdays: list[float] = Field(min_length=7, max_length=7)
    publishing_hours: list[float] = Field(min_length=24, max_length=24)
    publishing_weekdays: list[float] = Field(min_length=7, max_length=7)


class StoryParams(NewsroomSection):
    """What several articles are about; it bursts and decays."""

    per_day: float
    article_share: float
    burst_sigma: float
    half_life_hours: float
    half_life_sigma: float
    live_days: float
    breaking_boost: float
    breaking_article_share: float
    breaking_half_life_hours: float


class ArticleParams(NewsroomSection):
    """How good articles are, and when and how long attention is on them."""

    quality_sigma: float
    quality_limit: float
    region_sigma: float
    immediate_share: float
    delay_days: float
    attention_hours: float
    attention_sigma: float
    evergreen: float
    max_age_days: float
    seen_after_minutes: float
    syndicated_share: float
    copied_share: float
    copy_attention: float
    undated_share: float
    words_sigma: float


class ReaderParams(NewsroomSection):
    """How often readers come, what they like, and how the readership changes."""

    sessions_per_day: float
    sessions_sigma: float
    further_reads: float
    habit_strength: float
    new_per_day: float
    leaving_per_day: float
    interest_concentration: float
    interest_picks: tuple[int, int]
    digest_share: float
    email_share: float
    drift_per_day: float


class ReadingParams(NewsroomSection):
    """What a reader sees and picks, and how long it holds them."""

    editions_per_hour: int
    shown: int
    position_power: float
    foreign_language: float
    abroad: float
    glances: int
    taste_sigma: float
    words_per_second: float
    dwell_sigma: float
    dwell_missing_share: float
    gap_seconds: float
    reactions: dict[str, float]


class RecordingParams(NewsroomSection):
    """When a read becomes known."""

    delay_seconds: float
    late_hours: float


class NewsroomParameters(NewsroomSection):
    """All parameters of the synthetic newsroom."""

    regions: dict[str, Region]
    categories: dict[str, Category]
    publishers: list[Publisher]
    cycles: Cycles
    stories: StoryParams
    articles: ArticleParams
    readers: ReaderParams
    reading: ReadingParams
    recording: RecordingParams

    @property
    def languages(self) -> list[str]:
        """All languages, in order of name."""
        return sorted({language for region in self.regions.values() for language in region.languages})

    @property
    def editions(self) -> list[tuple[str, str]]:
        """Each front page there is: (region, language), in the order of the file."""
        return [(name, language) for name, region in self.regions.items() for language in region.languages]


def load_parameters(path: Path = FOLDER / "parameters.yaml") -> NewsroomParameters:
    """The parameters in `path`, by default the calibrated ones.

    Raises BadInputError naming the file and the key that is wrong.
    """
    try:
        loaded: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return NewsroomParameters.model_validate(loaded)
    except FileNotFoundError as error:
        raise BadInputError(f"{path} does not exist; leave it out to use the calibrated parameters") from error
    except yaml.YAMLError as error:
        raise BadInputError(f"{path} is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInputError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
