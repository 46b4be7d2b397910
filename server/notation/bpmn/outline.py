"""One level of a procedure: what a process or a sub-process holds, as boxes in lanes.

The boxes are those of the swim lanes, read by the same reader. But what BPMN can only say with a
sub-process is one box here, and its inside is an outline of its own: groups, what is done as needed,
turns of more than one step, and branches that do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from server.domain.beginning import Beginning
from server.domain.decision import Decision
from server.domain.procedure import Procedure
from server.domain.step import (
    AsNeeded,
    Group,
    Step,
    Together,
)
from server.domain.ways import walk
from server.domain.words import in_words
from server.notation import looks
from server.notation.diagram import Box, Exit, Lane, Line, Shape
from server.notation.reading import END, Reader, StepList, with_ends, without_empty
from server.notation.titles import Titles


@dataclass(frozen=True, slots=True)
class Outline:
    """`starts` says what begins the procedure at each start box; `needed` what those boxes offer.

    `path` names the sub-process, empty for the procedure. `opened_by` is what begins it where that
    is not the step before: people who need it, or a condition.
    """

    path: str
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    starts: Mapping[str, tuple[Beginning, ...]] = field(default_factory=dict)
    needed: Mapping[str, AsNeeded] = field(default_factory=dict)
    opened_by: AsNeeded | Decision | None = None


def nests(step: Step) -> bool:
    """Whether the step is a sub-process."""
    match step.action:
        case Group():
            return True
        case Together(branches=branches, finish_when=finish_when, as_needed=needed):
            is_more = finish_when != "all" or bool(needed) or step.each is not None
            return is_more or len(branches) == 1
        case _:
            return False


def of_procedure(procedure: Procedure, titles: Titles) -> Outline:
    reader = _reader(procedure, titles)
    steps = reader.in_lanes([*reader.boxes(StepList(procedure.steps, END))])
    boxes = with_ends(reader.with_starts(steps))
    starts = {f"start:{step}:{lane}": of for (step, lane), of in reader.beginnings().items()}
    return _outline("", reader, (*boxes, *reader.stop()), procedure.as_needed, starts)


def of_step(procedure: Procedure, titles: Titles, step: Step) -> Outline:
    reader = _reader(procedure, titles)
    match step.action:
        case Group(steps=steps, as_needed=needed):
            boxes = [*reader.boxes(StepList(steps, END))]
        case Together() as together:
            needed = together.as_needed
            boxes = _branches(step, together, reader)
        case _:
            raise AssertionError(step.action)
    return _outline(f"{step.key}.", reader, _framed(reader, boxes), needed)


def of_needed(procedure: Procedure, titles: Titles, path: str, item: AsNeeded) -> Outline:
    reader = _reader(procedure, titles)
    boxes = _framed(reader, [*reader.boxes(StepList(item.steps, END))])
    return replace(_outline(f"{path}{item.key}.", reader, boxes, ()), opened_by=item)


def of_stop(procedure: Procedure, titles: Titles, condition: Decision) -> Outline:
    """What stops the run from outside: it happens, and then it is over."""
    reader = _reader(procedure, titles)
    end = Box("end:stopped", Shape.END, 0, "Stopped", "end")
    start = Box("start:stop", Shape.START, 0, "", "start", then=end.key)
    start = replace(start, lines=(Line(looks.stopping(condition)),))
    return replace(_outline("stop.", reader, (start, end), ()), opened_by=condition)


def _reader(procedure: Procedure, titles: Titles) -> Reader:
    return Reader(procedure, titles, lambda _kind, _key: None, nests)


def _branches(step: Step, together: Together, reader: Reader) -> list[Box]:
    """Branches that do not wait for each other have ends of their own."""
    join, branches = f"join:{step.key}", together.branches
    if len(branches) == 1:
        return [*reader.boxes(StepList(branches[0].steps, END))]
    waits = together.finish_when == "all"
    ends = {each.key: join if waits else f"end:branch-{each.key}" for each in branches}
    exits = tuple(
        Exit(in_words(each.key), each.steps[0].key if each.steps else ends[each.key], each.key)
        for each in branches
    )
    boxes = [Box(f"fork:{step.key}", Shape.FORK, 0, "", "branches", exits=exits)]
    for each in branches:
        boxes += reader.boxes(StepList(each.steps, ends[each.key]))
        if not waits:
            boxes.append(Box(ends[each.key], Shape.END, 0, f"{in_words(each.key)} done", "end"))
    if waits:
        boxes.append(Box(join, Shape.JOIN, 0, "", "where branches meet", then=END))
    return boxes


def _framed(reader: Reader, boxes: list[Box]) -> tuple[Box, ...]:
    """Between a start and its ends."""
    placed = reader.in_lanes(boxes)
    first = placed[0]
    start = Box(
        f"start:{first.key}",
        Shape.START,
        first.lane,
        "",
        "start",
        lines=(Line("Start"),),
        then=first.key,
    )
    return with_ends([start, *placed])


def _outline(
    path: str,
    reader: Reader,
    boxes: tuple[Box, ...],
    needed: tuple[AsNeeded, ...],
    starts: Mapping[str, tuple[Beginning, ...]] | None = None,
) -> Outline:
    offered = {f"needed:{item.key}": item for item in needed}
    buttons = tuple(_button(key, item, reader) for key, item in offered.items())
    simple = tuple(_simple(box) for box in (*boxes, *buttons))
    lanes, placed = without_empty(reader.lanes, _merging(simple, reader.procedure))
    return Outline(path, lanes, placed, starts or {}, offered)


def _button(key: str, item: AsNeeded, reader: Reader) -> Box:
    roles = (role for step in walk(item.steps) if (role := looks.role_of(step)) is not None)
    role = next(roles, None)
    lane = 0 if role is None else reader.roles.index(role)
    return Box(key, Shape.NEEDED, lane, looks.needed_line(item), "as needed")


def _simple(box: Box) -> Box:
    """Where there is one way out only, there is nothing to choose."""
    if len(box.exits) == 1 and box.then is None:
        return replace(box, exits=(), then=box.exits[0].to)
    return box


def _merging(boxes: tuple[Box, ...], procedure: Procedure) -> tuple[Box, ...]:
    """A join waits for each branch once, so the ways of one branch to it meet before it."""
    branch_of = {
        (f"join:{step.key}", key): branch.key
        for step in procedure.walk()
        if isinstance(step.action, Together)
        for branch in step.action.branches
        for inner in walk(branch.steps)
        for key in (inner.key, f"join:{inner.key}")
    }
    ways: dict[tuple[str, str], int] = {}
    for box in boxes:
        for target in (*(way.to for way in box.exits), box.then or ""):
            if (target, box.key) in branch_of:
                place = (target, branch_of[target, box.key])
                ways[place] = ways.get(place, 0) + 1
    crowded = {place: f"merge:{place[0]}:{place[1]}" for place, count in ways.items() if count > 1}
    if not crowded:
        return boxes

    def led(box: Box, target: str) -> str:
        return crowded.get((target, branch_of.get((target, box.key), "")), target)

    merged: list[Box] = []
    for box in boxes:
        merged += (
            Box(key, Shape.JOIN, box.lane, "", "where ways meet", then=box.key)
            for (join, _), key in crowded.items()
            if join == box.key
        )
        exits = tuple(replace(way, to=led(box, way.to)) for way in box.exits)
        merged.append(replace(box, exits=exits, then=led(box, box.then) if box.then else None))
    return tuple(merged)
