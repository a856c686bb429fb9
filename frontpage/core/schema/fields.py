"""What a shape is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from typing import Final


class Type(StrEnum):
    """Types of fields, by the word the reference pages use. Times are UTC; JSON is text in a file or a frame."""

    TEXT = "text"
    TIME = "time"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXTS = "texts"
    NUMBERS = "numbers"
    JSON = "json"
    BYTES = "bytes"


class Layer(Flag):
    """Where a field is carried from one room to the next."""

    FILE = auto()  # canonical files
    STAGED = auto()  # staging tables of an extract
    TABLE = auto()  # where rows stay in PostgreSQL
    HISTORY = auto()  # frames of a History, and the Parquet files of its snapshot
    FEATURE = auto()  # state rows: Feast's sources and views
    LIST = auto()  # blocks of lists on their way to a run's table
    API = auto()  # what the API is sent, or answers with


NOWHERE: Final = Layer(0)
#: The way of what a source says, from its file to the frames that features and models are made of.
ALL_THE_WAY: Final = Layer.FILE | Layer.STAGED | Layer.TABLE | Layer.HISTORY


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a shape.

    required: the layers at which no row is without it.
    narrow: PostgreSQL holds it in half the bytes (`real`, `smallint`).
    length: members of a list at most; of sums without `names` and `beside`, exactly so many.
    names: what its texts are names of (`categories`, `audiences` ...): in memory they are codes.
    beside: the list of names that its numbers belong to, one number for each name.
    """

    name: str
    type: Type
    at: Layer
    meaning: str
    required: Layer = NOWHERE
    unit: str = ""
    narrow: bool = False
    length: int = 0
    names: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of one thing, in order. table: where its rows stay in PostgreSQL, `schema.table`, if anywhere."""

    name: str
    fields: tuple[Field, ...]
    table: str = ""
    keys: tuple[str, ...] = ()

    def at(self, layer: Layer) -> tuple[Field, ...]:
        """The fields carried at a layer."""
        return tuple(field for field in self.fields if layer in field.at)

    def names(self, layer: Layer) -> tuple[str, ...]:
        """Names of the fields carried at a layer.

        >>> Shape("tea", (Field("cup", Type.TEXT, Layer.FILE, "whose"),)).names(Layer.FILE)
        ('cup',)
        """
        return tuple(field.name for field in self.at(layer))

    def required(self, layer: Layer) -> tuple[str, ...]:
        """Names of the fields that no row is without at a layer."""
        return tuple(field.name for field in self.at(layer) if layer in field.required)

    def columns(self, layer: Layer) -> tuple[Field, ...]:
        """The fields carried at a layer that are no keys."""
        return tuple(field for field in self.at(layer) if field.name not in self.keys)

    def __getitem__(self, name: str) -> Field:
        """The field of that name. Raises KeyError where there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{self.name} has no field {name}")


def types_of(shapes: Iterable[Shape]) -> dict[str, Field]:
    """Each name of several shapes with a field that has its type; a name has one type wherever it stands."""
    return {field.name: field for shape in shapes for field in shape.fields}
