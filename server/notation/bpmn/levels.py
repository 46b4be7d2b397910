"""Lays out a level: every node its place, every flow its bends, by the layout of the swim lanes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.domain.procedure import Procedure
from server.domain.step import Choose
from server.notation.bpmn import outline as outlines
from server.notation.bpmn.columns import (
    ASIDE,
    LABEL_ROOM,
    WIDE,
    Column,
    Part,
    column,
    edge,
    high,
    placed,
    under,
)
from server.notation.bpmn.elements import Bounds, Flow, Level, Shape
from server.notation.bpmn.nodes import Maker, Nodes
from server.notation.bpmn.outline import Outline
from server.notation.diagram import Box, Diagram
from server.notation.diagram import Shape as Form
from server.notation.layout import DrawnWay, Place, Point, lay_out
from server.notation.titles import Titles

_Ways = Mapping[tuple[str, int | None], DrawnWay]


def of_procedure(procedure: Procedure, titles: Titles) -> Level:
    return _level(procedure, titles, outlines.of_procedure(procedure, titles))


def _level(procedure: Procedure, titles: Titles, outline: Outline) -> Level:
    inner = {
        key: _level(procedure, titles, below) for key, below in _below(procedure, titles, outline)
    }
    maker = Maker(procedure, titles, outline, inner)
    ways_in = _ways_in(outline)
    nodes = {box.key: maker.of(box, ways_in[box.key]) for box in outline.boxes}
    columns = {box.key: column(box, nodes[box.key]) for box in outline.boxes}
    layout = lay_out(
        Diagram(procedure.title, outline.lanes, outline.boxes),
        lambda box, _wide: columns[box.key].size,
        WIDE,
    )
    ways = {(way.source, way.exit): way for way in layout.ways}
    drawn = {
        place.box.key: _Drawn(
            place,
            nodes[place.box.key],
            columns[place.box.key],
            ways,
            _conditions(place.box, procedure),
        )
        for place in layout.places
    }
    return Level(
        tuple(shape for each in drawn.values() for shape in each.shapes()),
        tuple(flow for each in drawn.values() for flow in each.flows(drawn)),
        outline.lanes,
        layout.bands,
        layout.width,
        layout.height,
    )


def _below(
    procedure: Procedure, titles: Titles, outline: Outline
) -> Iterator[tuple[str, Outline]]:
    """The outlines of the sub-processes, by the keys of their boxes."""
    for box in outline.boxes:
        if box.key in outline.needed:
            item = outline.needed[box.key]
            yield box.key, outlines.of_needed(procedure, titles, outline.path, item)
        elif box.shape is Form.STOP:
            assert procedure.stops_when is not None
            yield box.key, outlines.of_stop(procedure, titles, procedure.stops_when)
        elif ":" not in box.key:
            step = procedure.step(box.key)
            if outlines.nests(step):
                yield box.key, outlines.of_step(procedure, titles, step)


def _ways_in(outline: Outline) -> Mapping[str, int]:
    counts = Counter[str]()
    for box in outline.boxes:
        counts.update(way.to for way in box.exits)
        if box.then is not None:
            counts[box.then] += max(1, len(outline.starts.get(box.key, ())))
    return counts


def _conditions(box: Box, procedure: Procedure) -> Mapping[str, str | None]:
    """What each way out of a choice takes, by its key; None where nothing else holds."""
    step = None if ":" in box.key else procedure.step(box.key)
    if step is not None and isinstance(step.action, Choose):
        return {
            rule.key: rule.condition.text if rule.condition else None
            for rule in step.action.gateway.rules
        }
    return {way.key: f'outcome = "{way.key}"' for way in box.exits}


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A box in its place, with what stands in it."""

    place: Place
    nodes: Nodes
    column: Column
    ways: _Ways
    conditions: Mapping[str, str | None]

    def shapes(self) -> Iterator[Shape]:
        for part in (*self.column.parts, *(race for race, _ in self._races())):
            at = self._at(part) if part in self.column.parts else part
            yield Shape(at.node, at.bounds, self.place.box.lane, at.label)

    def flows(self, drawn: Mapping[str, _Drawn]) -> Iterator[Flow]:
        x, y = self.place.middle, self.place.y
        for link in self.column.links:
            points = tuple((x + dx, y + dy) for dx, dy in link.points)
            yield Flow(f"flow.{link.source}", link.source, link.target, points)
        if self.place.box.then is not None:
            way = self.ways[self.place.box.key, None]
            starts = self.column.starts or (self.column.last,)
            for part in starts:
                yield self._from_below(self._at(part), way, drawn[way.target])
        if self.nodes.races:
            yield from self._from_races(drawn)
        else:
            yield from self._from_choice(drawn)

    def _at(self, part: Part) -> Part:
        return placed(part, self.place.middle, self.place.y)

    @property
    def entry(self) -> Part:
        return self._at(self.column.parts[0])

    def _from_below(self, part: Part, way: DrawnWay, target: _Drawn) -> Flow:
        x = way.points[0][0]
        if len(self.column.starts) > 1:
            bounds = part.bounds
            side = bounds.x if bounds.middle > x else bounds.x + bounds.width
            middle = bounds.y + bounds.height / 2
            begin: tuple[Point, ...] = ((side, middle), (x, middle))
        else:
            begin = (edge(part, x),)
        points = _joined((*begin, *way.points[1:]), target)
        return Flow(f"flow.{part.node.id}", part.node.id, target.entry.node.id, points)

    def _from_choice(self, drawn: Mapping[str, _Drawn]) -> Iterator[Flow]:
        gateway = self._at(self.column.last)
        is_parallel = "parallel" in gateway.node.tag
        for number, exit_ in enumerate(self.place.box.exits):
            way = self.ways[self.place.box.key, number]
            begin = self._trunk(gateway, way)
            condition = None if is_parallel else self.conditions[exit_.key]
            yield Flow(
                f"flow.{gateway.node.id}.{exit_.key}",
                gateway.node.id,
                drawn[way.target].entry.node.id,
                _joined((*begin, *way.points), drawn[way.target]),
                "" if is_parallel else exit_.label,
                condition,
                is_default=not is_parallel and condition is None,
                branch=exit_.key if is_parallel else "",
                label=None if is_parallel else self._label(exit_.label, way),
            )

    def _trunk(self, gateway: Part, way: DrawnWay) -> tuple[Point, ...]:
        x, y = self.place.middle, way.points[0][1]
        return (edge(gateway, x), (x, y))

    def _label(self, text: str, way: DrawnWay) -> Bounds:
        y, tall = way.points[0][1], high(text)
        x = self.place.middle + (6.0 if self._lean(way) > 0 else -6.0 - LABEL_ROOM)
        return Bounds(x, y - 3 - tall, LABEL_ROOM, tall)

    def _lean(self, way: DrawnWay) -> int:
        return 1 if way.points[0][0] > self.place.middle else -1

    def _races(self) -> Iterator[tuple[Part, DrawnWay]]:
        """The events that are waited for, each on its way out."""
        for number, exit_ in enumerate(self.place.box.exits):
            if exit_.key in self.nodes.races:
                node = self.nodes.races[exit_.key]
                way = self.ways[self.place.box.key, number]
                x = self.place.middle + self._lean(way) * ASIDE
                yield under(node, x, way.points[0][1] - node.size[1] / 2), way

    def _from_races(self, drawn: Mapping[str, _Drawn]) -> Iterator[Flow]:
        gateway = self._at(self.column.last)
        for part, way in self._races():
            node, half, lean = part.node, part.bounds.width / 2, self._lean(way)
            begin, y = self._trunk(gateway, way), way.points[0][1]
            middle = part.bounds.middle
            yield Flow(
                f"flow.{gateway.node.id}.{node.id}",
                gateway.node.id,
                node.id,
                (*begin, (middle - lean * half, y)),
            )
            points = _joined(((middle + lean * half, y), *way.points), drawn[way.target])
            yield Flow(f"flow.{node.id}", node.id, drawn[way.target].entry.node.id, points)


def _joined(points: tuple[Point, ...], target: _Drawn) -> tuple[Point, ...]:
    """Up to the shape that the line leads to, without points on the way straight on."""
    end = (points[-1][0], target.entry.bounds.y)
    kept: list[Point] = []
    for point in (*points[:-1], end):
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and _is_straight(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _is_straight(one: Point, other: Point, last: Point) -> bool:
    return one[0] == other[0] == last[0] or one[1] == other[1] == last[1]
