"""What BPMN consists of before it is written: nodes, flows between them, and levels of both.

A procedure is one level; every sub-process holds another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.notation.bpmn.markup import Element
from server.notation.diagram import Lane
from server.notation.layout import Band, Point

TASK = (160.0, 80.0)
GATEWAY = (50.0, 50.0)
MERGE = (40.0, 40.0)
EVENT = (36.0, 36.0)


@dataclass(frozen=True, slots=True)
class Message:
    """What is told from outside or to it. Both ends of a hand-over write the same message."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Node:
    """A task, event, gateway or sub-process.

    `head` stands before the flows in XML (what is documented), `tail` after them (who does it, what
    triggers it). `inner` is what a sub-process holds. `size` is width and height.
    """

    id: str
    tag: str
    name: str = ""
    size: tuple[float, float] = TASK
    attributes: Mapping[str, str] = field(default_factory=dict)
    head: tuple[Element, ...] = ()
    tail: tuple[Element, ...] = ()
    inner: Level | None = None
    message: Message | None = None

    @property
    def is_round(self) -> bool:
        return self.tag.endswith("Event")

    @property
    def is_gateway(self) -> bool:
        return self.tag.endswith("Gateway")

    @property
    def is_labelled_outside(self) -> bool:
        return bool(self.name) and (self.is_round or self.is_gateway)


@dataclass(frozen=True, slots=True)
class Bounds:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Shape:
    """A node in its place; `label` is where its name stands when that is outside. `lane`: number."""

    node: Node
    bounds: Bounds
    lane: int
    label: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """From node to node. `condition` None: always, or where nothing else holds (`is_default`)."""

    id: str
    source: str
    target: str
    points: tuple[Point, ...]
    name: str = ""
    condition: str | None = None
    is_default: bool = False
    branch: str = ""
    label: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A process, or what stands in a sub-process, laid out."""

    shapes: tuple[Shape, ...]
    flows: tuple[Flow, ...]
    lanes: tuple[Lane, ...]
    bands: tuple[Band, ...]
    width: float
    height: float
