"""Gives the boxes of a diagram their places and its ways their bends.

Lanes are columns and the flow goes down, so that a page scrolls as it reads. A box stands below
everything that leads to it, one box a row and lane. Ways run only in the gaps: between the rows, and
left and right of the boxes of each lane; in each gap every target has a track of its own, so that
no line crosses a box or covers another line, and lines that meet lead to the same box.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.notation.diagram import Box, Diagram, Shape
from server.notation.lettering import wrap
from server.notation.routing import Tracks, Way, route

NARROW, WIDE = 188.0, 250.0
"""How wide boxes are: as wide as `ROOM` lets the lanes be, within these."""
ROOM = 660.0
PAGE, TIGHT = 990.0, 150.0
"""Where a page has no room for that, boxes become narrower, down to `TIGHT`."""
TITLE_SIZE, EXIT_SIZE = 13.0, 12.0
TITLE_LEADING, EXIT_LEADING = 17.0, 15.0
PADDING = 11.0
GLYPH_ROOM = 20.0
EXIT_PADDING = 4.0
START_GAP = 3.0
TRACK = 9.0
LANE_HEAD = 44.0
MARGIN = 10.0

_ASIDE = frozenset({Shape.NEEDED, Shape.STOP})
"""What nothing leads to, and so stands below all that comes before."""

Point = tuple[float, float]
"""Right and down from the upper left corner."""


@dataclass(frozen=True, slots=True)
class ExitPlace:
    """A labelled way out inside its box: where its lines of text begin and where the way leaves."""

    lines: tuple[str, ...]
    top: float
    height: float
    port: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box stands, and its words broken into lines."""

    box: Box
    x: float
    y: float
    width: float
    height: float
    title: tuple[str, ...]
    exits: tuple[ExitPlace, ...]
    starts: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Band:
    """Where a lane stands."""

    title: str
    href: str | None
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class DrawnWay:
    """A way from box to box as the corners of a line; `is_back` where it leads up again.

    `exit` is the number of the labelled exit that it leaves, None for the foot of the box.
    """

    source: str
    target: str
    exit: int | None
    points: tuple[Point, ...]
    is_back: bool


@dataclass(frozen=True, slots=True)
class Layout:
    diagram: Diagram
    places: tuple[Place, ...]
    ways: tuple[DrawnWay, ...]
    bands: tuple[Band, ...]
    width: float
    height: float
    head: float


@dataclass(frozen=True, slots=True)
class ExitSize:
    """How high a labelled way out is in its box, and how far below its top the way leaves."""

    lines: tuple[str, ...]
    height: float
    port: float


@dataclass(frozen=True, slots=True)
class Size:
    """How high a box is, its words broken into lines; its exits stand at its foot."""

    height: float
    title: tuple[str, ...] = ()
    exits: tuple[ExitSize, ...] = ()
    starts: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()


Measure = Callable[[Box, float], Size]
"""The size of a box that is so wide."""


def lay_out(diagram: Diagram, measure: Measure | None = None, wide: float | None = None) -> Layout:
    """The same diagram always gets the same places.

    Boxes are as wide as a page lets them be, and as high as their words take, unless another
    notation says how `wide` they are and how to `measure` them.
    """
    rows = rows_of(diagram)
    ways, tracks = route(diagram, rows)
    wide = wide or _wide(diagram, tracks)
    measure = measure or _measured
    head = LANE_HEAD if any(lane.title for lane in diagram.lanes) else 0.0
    middles, bands, width = _across(diagram, tracks, wide)
    sizes = {box.key: measure(box, wide) for box in diagram.boxes}
    tops, gaps, height = _down(diagram, rows, tracks, sizes, head)
    places = {
        box.key: _placed(box, sizes[box.key], middles[box.lane], tops[rows[box.key]], wide)
        for box in diagram.boxes
    }
    pen = _Pen(tracks, middles, gaps, wide)
    drawn = tuple(
        DrawnWay(way.source, way.target, way.exit, pen.points(way, places), way.is_back)
        for way in ways
    )
    return Layout(diagram, tuple(places.values()), drawn, bands, width, height, head)


def _wide(diagram: Diagram, tracks: Tracks) -> float:
    count = max(1, len(diagram.lanes))
    gaps = sum(_beside(tracks, lane, side) for lane in range(count) for side in (0, 1))
    fitting = (PAGE - 2 * MARGIN - gaps) / count
    return min(WIDE, max(NARROW, ROOM / count), max(TIGHT, fitting))


def _beside(tracks: Tracks, lane: int, side: int) -> float:
    """The room left (0) or right (1) of the boxes of a lane."""
    return 2 * MARGIN + TRACK * tracks.beside(lane, side)


def rows_of(diagram: Diagram) -> Mapping[str, int]:
    """The row of each box: below what leads there, and nobody else in its row and lane."""
    order = {box.key: index for index, box in enumerate(diagram.boxes)}
    before: dict[str, list[str]] = {box.key: [] for box in diagram.boxes}
    for box in diagram.boxes:
        for follower in box.followers:
            if order[follower] > order[box.key]:
                before[follower].append(box.key)
    rows: dict[str, int] = {}
    taken: set[tuple[int, int]] = set()
    latest = 0
    for box in diagram.boxes:
        aside = max(rows.values(), default=0) if box.shape in _ASIDE else latest
        row = max((rows[key] + 1 for key in before[box.key]), default=aside)
        while (box.lane, row) in taken:
            row += 1
        rows[box.key] = latest = row
        taken.add((box.lane, row))
    return rows


def _measured(box: Box, wide: float) -> Size:
    room = wide - 2 * PADDING
    if box.shape is Shape.START:
        starts = tuple(wrap(line.text, room - GLYPH_ROOM, EXIT_SIZE, 2) for line in box.lines)
        height = sum(len(lines) * EXIT_LEADING + START_GAP for lines in starts)
        return Size(2 * PADDING - 6 + height, starts=starts)
    if box.glyph or box.shape is Shape.END:
        room -= GLYPH_ROOM
    title = wrap(box.title, room, TITLE_SIZE, 4)
    exits = tuple(_exit(way.label, wide - 2 * PADDING) for way in box.exits)
    notes = tuple(line for note in box.notes for line in wrap(note, room, EXIT_SIZE, 4))
    height = 2 * PADDING + len(title) * TITLE_LEADING + len(notes) * EXIT_LEADING
    return Size(height + sum(each.height for each in exits), title, exits, notes=notes)


def _exit(label: str, room: float) -> ExitSize:
    lines = wrap(label, room, EXIT_SIZE, 2)
    height = 2 * EXIT_PADDING + len(lines) * EXIT_LEADING
    return ExitSize(lines, height, height / 2)


def _placed(box: Box, size: Size, middle: float, top: float, wide: float) -> Place:
    exits = []
    y = top + size.height - sum(each.height for each in size.exits)
    for each in size.exits:
        exits.append(ExitPlace(each.lines, y, each.height, y + each.port))
        y += each.height
    return Place(
        box,
        middle - wide / 2,
        top,
        wide,
        size.height,
        size.title,
        tuple(exits),
        size.starts,
        size.notes,
    )


def _across(
    diagram: Diagram, tracks: Tracks, wide: float
) -> tuple[Mapping[int, float], tuple[Band, ...], float]:
    middles: dict[int, float] = {}
    bands = []
    x = MARGIN
    for index, lane in enumerate(diagram.lanes):
        left, right = (_beside(tracks, index, side) for side in (0, 1))
        middles[index] = x + left + wide / 2
        bands.append(Band(lane.title, lane.href, x, left + wide + right))
        x += left + wide + right
    return middles, tuple(bands), x + MARGIN


def _down(
    diagram: Diagram,
    rows: Mapping[str, int],
    tracks: Tracks,
    sizes: Mapping[str, Size],
    head: float,
) -> tuple[Mapping[int, float], Mapping[int, float], float]:
    heights: dict[int, float] = {}
    for box in diagram.boxes:
        row = rows[box.key]
        heights[row] = max(heights.get(row, 0.0), sizes[box.key].height)
    tops: dict[int, float] = {}
    gaps: dict[int, float] = {}
    y = head + MARGIN
    for row in range(len(heights) and max(heights) + 1):
        gaps[row] = y
        y += _gap(tracks.above(row), first=row == 0)
        tops[row] = y
        y += heights.get(row, 0.0)
    gaps[len(tops)] = y
    return tops, gaps, y + _gap(tracks.above(len(tops)), first=True) + MARGIN


def _gap(tracks: int, *, first: bool) -> float:
    return (6.0 if first and not tracks else 28.0) + TRACK * max(0, tracks - 1)


@dataclass(frozen=True, slots=True)
class _Pen:
    tracks: Tracks
    middles: Mapping[int, float]
    gaps: Mapping[int, float]
    wide: float

    def points(self, way: Way, places: Mapping[str, Place]) -> tuple[Point, ...]:
        source, target = places[way.source], places[way.target]
        if way.exit is None:
            x, y = source.middle + way.lean * 12.0, source.bottom
        else:
            # Ways that leave to the left do so a little higher: a neighbour may come from the
            # right at the same height.
            x = source.x + source.width if way.lean > 0 else source.x
            y = source.exits[way.exit].port + 2.0 * way.lean
        points = [(x, y)]
        for leg in way.legs:
            if leg.across:
                y = self.gaps[leg.gap] + 12.0 + TRACK * self.tracks.of(leg, way.target)
            elif leg.through:
                x = self.middles[leg.gap]
            else:
                side = leg.gap % 2
                offset = self.wide / 2 + MARGIN + 4.0 + TRACK * self.tracks.of(leg, way.target)
                x = self.middles[leg.gap // 2] + (offset if side else -offset)
            points.append((x, y))
        points += [(target.middle, y), (target.middle, target.y)]
        return _without_repeats(points)


def _without_repeats(
    points: list[Point],
) -> tuple[Point, ...]:
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and (
            kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]
        ):
            kept.pop()
        kept.append(point)
    return tuple(kept)
