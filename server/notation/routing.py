"""Finds the gaps through which each way of a diagram runs, and a track for it in each.

Gaps across lie above each row (gap `r` above row `r`, one more below the last). Gaps along lie left
(`2 * lane`) and right (`2 * lane + 1`) of each lane's boxes. A way leaves a box at the bottom, or
with a label at the side of it, and enters the next at the top.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from server.notation.diagram import Box, Diagram

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Leg:
    """A straight piece in a gap: `across` between rows, else along beside a lane.

    With `through`, it runs down an empty stretch of the lane `gap` itself, where it is alone.
    `extent` says how far it reaches, counted in gaps and boxes in turn.
    """

    gap: int
    extent: Interval
    across: bool = False
    through: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """`exit` is the number of the labelled exit, None for the bottom. `lean`: left -1, right 1."""

    source: str
    target: str
    exit: int | None
    lean: int
    legs: tuple[Leg, ...]
    is_back: bool


@dataclass
class Tracks:
    """Which track of a gap belongs to which target."""

    taken: dict[tuple[bool, int], dict[str, list[Interval]]] = field(default_factory=dict)
    numbers: dict[tuple[bool, int], dict[str, int]] = field(default_factory=dict)

    def add(self, way: Way) -> None:
        for leg in way.legs:
            if not leg.through:
                gap = self.taken.setdefault((leg.across, leg.gap), {})
                gap.setdefault(way.target, []).append(leg.extent)

    def load(self, gap: int, extent: Interval) -> int:
        """How many targets already have their way there."""
        spans = self.taken.get((False, gap), {}).values()
        return sum(any(_meet(extent, span) for span in extents) for extents in spans)

    def number(self) -> None:
        """Lines that would touch get different tracks; as few tracks as that takes."""
        for gap, targets in self.taken.items():
            spans = {
                target: (min(low for low, _ in extents), max(high for _, high in extents))
                for target, extents in targets.items()
            }
            tracks: list[list[Interval]] = []
            numbers: dict[str, int] = {}
            for target, span in sorted(spans.items(), key=lambda item: (item[1], item[0])):
                free = (
                    number
                    for number, others in enumerate(tracks)
                    if not any(_meet(span, other) for other in others)
                )
                number = next(free, len(tracks))
                if number == len(tracks):
                    tracks.append([])
                tracks[number].append(span)
                numbers[target] = number
            self.numbers[gap] = numbers

    def of(self, leg: Leg, target: str) -> int:
        return self.numbers[leg.across, leg.gap][target]

    def above(self, row: int) -> int:
        return self._count(across=True, gap=row)

    def beside(self, lane: int, side: int) -> int:
        return self._count(across=False, gap=2 * lane + side)

    def _count(self, *, across: bool, gap: int) -> int:
        return max(self.numbers.get((across, gap), {}).values(), default=-1) + 1


def route(diagram: Diagram, rows: Mapping[str, int]) -> tuple[tuple[Way, ...], Tracks]:
    """All ways, in the order of the boxes, and the tracks they need."""
    router = _Router(diagram, rows)
    ways = tuple(router.ways())
    router.tracks.number()
    return ways, router.tracks


def _meet(one: Interval, other: Interval) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _extent(one: int, other: int) -> Interval:
    return (min(one, other), max(one, other))


class _Router:
    def __init__(self, diagram: Diagram, rows: Mapping[str, int]) -> None:
        self.boxes = {box.key: box for box in diagram.boxes}
        self.rows = rows
        self.lanes = len(diagram.lanes)
        self.cells = {(box.lane, rows[box.key]) for box in diagram.boxes}
        self.tracks = Tracks()

    def ways(self) -> Iterator[Way]:
        for box in self.boxes.values():
            if box.then is not None:
                yield self._kept(self._from_bottom(box, self.boxes[box.then]))
            for number, exit_ in enumerate(box.exits):
                yield self._kept(self._from_side(box, number, self.boxes[exit_.to]))

    def _kept(self, way: Way) -> Way:
        self.tracks.add(way)
        return way

    def _from_bottom(self, source: Box, target: Box) -> Way:
        start, end = self.rows[source.key], self.rows[target.key]
        is_back = end <= start
        here, there = _column(source.lane), _column(target.lane)
        lean = (target.lane > source.lane) - (target.lane < source.lane)
        legs: tuple[Leg, ...]
        if not is_back and self._empty(source.lane, start, end):
            legs = (_over(end, here, there),) if lean else ()
        elif not is_back and self._empty(target.lane, start, end):
            legs = (_over(start + 1, here, there), Leg(target.lane, (0, 0), through=True))
        else:
            gap = self._nearest(source, target, _extent(2 * start + 2, 2 * end), is_back)
            beside = _beside(gap)
            lean = lean or (1 if gap % 2 else -1)
            legs = (
                _over(start + 1, here, beside),
                Leg(gap, _extent(2 * start + 2, 2 * end)),
                _over(end, beside, there),
            )
        return Way(source.key, target.key, None, lean, legs, is_back)

    def _from_side(self, source: Box, number: int, target: Box) -> Way:
        start, end = self.rows[source.key], self.rows[target.key]
        is_back = end <= start
        lean = (target.lane > source.lane) - (target.lane < source.lane) or (-1 if is_back else 1)
        side = int(lean > 0)
        gap = 2 * source.lane + side
        legs = (
            Leg(gap, _extent(2 * start + 1, 2 * end)),
            _over(end, _beside(gap), _column(target.lane)),
        )
        return Way(source.key, target.key, number, lean, legs, is_back)

    def _empty(self, lane: int, start: int, end: int) -> bool:
        return all((lane, row) not in self.cells for row in range(start + 1, end))

    def _nearest(self, source: Box, target: Box, extent: Interval, is_back: bool) -> int:
        """The gap along that makes the way short; loops rather left, others rather right."""
        here, there = _column(source.lane), _column(target.lane)

        def cost(gap: int) -> tuple[int, int, int]:
            beside = _beside(gap)
            wrong_side = int((gap % 2 == 1) is is_back)
            length = abs(here - beside) + abs(beside - there)
            return (length + self.tracks.load(gap, extent), wrong_side, gap)

        return min(range(2 * self.lanes), key=cost)


def _column(lane: int) -> int:
    return 3 * lane + 1


def _beside(gap: int) -> int:
    return 3 * (gap // 2) + 2 * (gap % 2)


def _over(gap: int, here: int, there: int) -> Leg:
    return Leg(gap, _extent(here, there), across=True)
