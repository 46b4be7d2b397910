"""How what stands in the place of one box is stacked in it, and so how high the box is.

Everything stands on the middle of its lane, where ways come in at the top. The ways out of a choice
leave its trunk, which goes down from it, each at a height of its own with its name above it.
Distances are from the middle of the lane and from the top of the box.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from server.notation.bpmn.elements import Bounds, Node
from server.notation.bpmn.nodes import Nodes
from server.notation.diagram import Box
from server.notation.layout import ExitSize, Point, Size
from server.notation.lettering import wrap

WIDE = 250.0
LABEL_ROOM = 92.0
_SIZE, _LEADING = 12.5, 13.2
"""Of names outside of their shapes. Drawing tools write them at 11, in whatever font there is."""
_LINES = 9
_GAP = 18.0
ASIDE = 60.0
"""How far from the middle what stands beside the trunk is."""


@dataclass(frozen=True, slots=True)
class Part:
    node: Node
    bounds: Bounds
    label: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A flow within the box."""

    source: str
    target: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`first` is what ways lead to, `last` what they leave; `starts` all leave by themselves."""

    parts: tuple[Part, ...]
    links: tuple[Link, ...]
    size: Size
    last: Part
    starts: tuple[Part, ...] = ()

    @property
    def first(self) -> str:
        return self.parts[0].node.id


def column(box: Box, nodes: Nodes) -> Column:
    if nodes.starts:
        return _of_starts(nodes.starts)
    stack = [node for node in (nodes.merge, nodes.main, nodes.gateway) if node is not None]
    parts: list[Part] = []
    top = 0.0
    for node in stack:
        part = _part(node, 0.0, top, left=node is nodes.gateway)
        parts.append(part)
        top = _foot(part) + _GAP
    links = [
        Link(one.node.id, other.node.id, ((0.0, _bottom(one)), (0.0, other.bounds.y)))
        for one, other in itertools.pairwise(parts)
    ]
    last = parts[-1]
    foot = _foot(last)
    if nodes.late is not None:
        task = next(part for part in parts if part.node is nodes.main)
        aside, link = _aside(nodes.late, task)
        parts += aside
        links.append(link)
        foot = max(foot, _foot(aside[-1]))
    exits = tuple(_exit(way.label, nodes.races.get(way.key), last) for way in box.exits)
    height = foot + sum(each.height for each in exits)
    return Column(tuple(parts), tuple(links), Size(height, exits=exits), last)


def _of_starts(starts: tuple[Node, ...]) -> Column:
    """One start stands on the middle; several beside it, in pairs."""
    if len(starts) == 1:
        part = _part(starts[0], 0.0, 0.0)
        return Column((part,), (), Size(_foot(part)), part, (part,))
    parts: list[Part] = []
    top = 0.0
    for left, right in zip(starts[::2], (*starts[1::2], None), strict=False):
        row = [under(left, -ASIDE, top), *([under(right, ASIDE, top)] if right else [])]
        parts += row
        top = max(_foot(part) for part in row) + _GAP / 2
    return Column(tuple(parts), (), Size(top), parts[-1], tuple(parts))


def _part(node: Node, dx: float, top: float, *, left: bool = False) -> Part:
    """With its name beside it, where that is outside."""
    width, height = node.size
    if not node.is_labelled_outside:
        return Part(node, Bounds(dx - width / 2, top, width, height))
    tall = high(node.name)
    aside = max(0.0, (tall - height) / 2)
    bounds = Bounds(dx - width / 2, top + aside, width, height)
    x = bounds.x - 4 - LABEL_ROOM if left else bounds.x + width + 4
    return Part(node, bounds, Bounds(x, top + aside + (height - tall) / 2, LABEL_ROOM, tall))


def under(node: Node, dx: float, top: float) -> Part:
    """With its name under it."""
    width, height = node.size
    label = Bounds(dx - LABEL_ROOM / 2, top + height + 3, LABEL_ROOM, high(node.name))
    return Part(node, Bounds(dx - width / 2, top, width, height), label)


def _aside(late: tuple[Node, Node], task: Part) -> tuple[list[Part], Link]:
    timer, told = late
    edge = task.bounds.y + task.bounds.height
    width, height = timer.size
    at = ASIDE
    boundary = Part(timer, Bounds(at - width / 2, edge - height / 2, width, height))
    label = Bounds(at + width / 2 + 2, edge + 3, WIDE / 2 - at - width / 2 - 2, high(timer.name))
    boundary = replace(boundary, label=label)
    end = under(told, at, edge + height / 2 + max(_GAP, label.height - height / 2 + 6))
    link = Link(timer.id, told.id, ((at, edge + height / 2), (at, end.bounds.y)))
    return [boundary, end], link


def _exit(label: str, race: Node | None, last: Part) -> ExitSize:
    if race is not None:
        height = race.size[1]
        return ExitSize((), height + high(race.name) + 9, height / 2 + 3)
    if "parallel" in last.node.tag:
        return ExitSize((), 14.0, 9.0)
    tall = high(label)
    return ExitSize((), tall + 9, tall + 5)


def high(text: str) -> float:
    """The height of a name outside of its shape."""
    return len(wrap(text, LABEL_ROOM, _SIZE, _LINES)) * _LEADING if text else 0.0


def _bottom(part: Part) -> float:
    return part.bounds.y + part.bounds.height


def _foot(part: Part) -> float:
    label = part.label
    return max(_bottom(part), label.y + label.height if label else 0.0)


def placed(part: Part, x: float, y: float) -> Part:
    """The part of a box whose middle and top are there."""

    def at(bounds: Bounds) -> Bounds:
        return replace(bounds, x=bounds.x + x, y=bounds.y + y)

    return Part(part.node, at(part.bounds), at(part.label) if part.label else None)


def edge(part: Part, x: float) -> Point:
    """Where a line that comes from straight below meets the part."""
    bounds = part.bounds
    reach = abs(x - bounds.middle)
    middle, half = bounds.y + bounds.height / 2, bounds.height / 2
    if part.node.is_round:
        return x, middle + (half**2 - reach**2) ** 0.5
    if part.node.is_gateway:
        return x, middle + half * (1 - reach / (bounds.width / 2))
    return x, middle + half
