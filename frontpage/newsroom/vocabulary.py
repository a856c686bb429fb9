"""Headlines and teasers: sentences composed from a topic's own words, so that text carries signal."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from frontpage.newsroom.parameters import FOLDER


@dataclass(frozen=True, slots=True)
class Topic:
    """What an article is about, in numbers that index the vocabulary. The same topic has the same words."""

    category: str
    subject: int
    place: str
    name: int
    actor: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of vocabulary.yaml."""

    languages: dict[str, dict[str, Any]]
    names: list[str]
    categories: dict[str, dict[str, dict[str, list[str]]]]

    @property
    def n_subjects(self) -> int:
        """Subjects per category that every language has."""
        return min(len(words) for category in self.categories.values() for words in category["subjects"].values())

    @property
    def n_actors(self) -> int:
        """Actors per category that every language has."""
        return min(len(words) for category in self.categories.values() for words in category["actors"].values())

    def compose(self, topic: Topic, language: str, weekday: int, rng: np.random.Generator) -> tuple[str, str]:
        """(title, summary) about `topic`; weekday 0 is Monday."""
        words = self.languages[language]
        category = self.categories[topic.category]
        fills = {
            "actor": category["actors"][language][topic.actor],
            "subject": category["subjects"][language][topic.subject],
            "detail": _pick(category["details"][language], rng),
            "verb": _pick(words["verbs"], rng),
            "angle": _pick(words["angles"], rng),
            "name": self.names[topic.name],
            "place": topic.place,
            "weekday": words["weekdays"][weekday],
            "n": str(int(rng.integers(2, 98))),
        }
        title = _pick(words["titles"], rng).format(**fills)
        summary = _pick(words["summaries"], rng).format(**fills)
        return _sentence(title), _sentence(summary)

    def update(self, title: str, language: str) -> str:
        """The same headline as another publisher's desk would run it."""
        return f"{self.languages[language]['update']}{title}"


def load_vocabulary(path: Path = FOLDER / "vocabulary.yaml") -> Vocabulary:
    """The words in `path`."""
    return Vocabulary(**yaml.safe_load(path.read_text(encoding="utf-8")))


def _pick(options: list[str], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
