"""A diagram before it is drawn: boxes in lanes, and the ways from one to the next.

Nothing here knows procedures; `reading` makes a `Diagram` of one, `layout` gives it places, `svg`
draws it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class Shape(enum.StrEnum):
    """What a box looks like. The value is its CSS class."""

    TASK = "task"
    AUTOMATIC = "automatic"
    GATEWAY = "gateway"
    WAIT = "wait"
    GROUP = "group"
    FORK = "fork"
    JOIN = "join"
    CALL = "call"
    HANDOVER = "handover"
    START = "start"
    NEEDED = "needed"
    STOP = "stop"
    END = "end"


class Glyph(enum.StrEnum):
    """The small sign in the corner of a box, of all but one person's work."""

    NONE = ""
    SIGN = "sign"
    LIST = "list"
    WAIT = "wait"
    CALL = "call"
    NEEDED = "needed"
    STOP = "stop"
    CHOICE = "choice"
    FORK = "fork"
    WRITE = "write"
    CREATE = "create"
    NOTIFY = "notify"
    GO = "go"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in a box that may be a link of its own, such as one of several starts."""

    text: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """One way out of a box, with the label that stands in the box beside it.

    `key` is what YAML calls it: an outcome, a rule, a branch.
    """

    label: str
    to: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """`key` is unique in the diagram. `lane` is the index of the lane it stands in.

    `then` is the one way out without a label; `exits` are those with one. `notes` stand small under
    the title: for whom it is repeated, by when it is due. `kind` says in words what the box is.
    """

    key: str
    shape: Shape
    lane: int
    title: str
    kind: str
    href: str | None = None
    glyph: Glyph = Glyph.NONE
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    exits: tuple[Exit, ...] = ()
    then: str | None = None

    @property
    def spoken(self) -> str:
        """What a screen reader says: the words that are seen, then what they belong to."""
        seen = (
            self.title,
            *(line.text for line in self.lines),
            *self.notes,
            *(way.label for way in self.exits),
        )
        return f"{' '.join(part for part in seen if part)}, {self.kind}"

    @property
    def followers(self) -> tuple[str, ...]:
        ways = (*(exit_.to for exit_ in self.exits), *((self.then,) if self.then else ()))
        return tuple(dict.fromkeys(ways))


@dataclass(frozen=True, slots=True)
class Lane:
    """A column of the diagram: a role, or with an empty title just a place side by side."""

    title: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Diagram:
    """`boxes` stand in reading order: a way to an earlier box is a loop back."""

    title: str
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    description: str = ""
    done: frozenset[str] = field(default_factory=frozenset)
    current: frozenset[str] = field(default_factory=frozenset)
