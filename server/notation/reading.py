"""Reads a procedure as a diagram: which boxes there are, in which lanes, and what leads where.

A step of the application (decide, choose, set, create, notify, start) stands in the lane of the step
that leads to it, as people draw it. The end of the outermost list gets a box of its own, and
branches side by side, or the turns of a list, a box where they meet again. What is done as needed
begins with a box that nothing leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from server.domain.beginning import Beginning
from server.domain.procedure import Procedure
from server.domain.step import (
    AsNeeded,
    Branch,
    Choose,
    Group,
    Step,
    Together,
    WaitUntil,
)
from server.domain.ways import DONE, walk
from server.domain.words import in_words
from server.notation import looks
from server.notation.diagram import Box, Diagram, Exit, Glyph, Lane, Line, Shape
from server.notation.looks import Link
from server.notation.titles import Titles

_APPLICATION = "The application"
_OTHERWISE = "Otherwise"
IN_TIME = "in_time"
"""The way on of what waits, where only being late is an outcome."""

END = "end:"
"""Stands for the end of the outermost list until boxes for it are made."""


def diagram(
    procedure: Procedure,
    titles: Titles,
    link: Link,
    done: frozenset[str],
    current: frozenset[str],
) -> Diagram:
    """The whole procedure with one lane for each role that has something to do."""
    reader = Reader(procedure, titles, link)
    lanes, boxes = without_empty(reader.lanes, reader.whole())
    begun = frozenset(box.key for box in boxes if box.shape is Shape.START) if done else done
    return Diagram(
        title=procedure.title,
        lanes=lanes,
        boxes=boxes,
        description=f"{procedure.title}: {len(boxes)} boxes in the lanes "
        f"{', '.join(lane.title for lane in lanes)}.",
        done=done | begun,
        current=current,
    )


@dataclass(frozen=True, slots=True)
class StepList:
    """A list of steps and where its end leads; None where nothing follows."""

    steps: tuple[Step, ...]
    end: str | None

    def after(self, step: Step) -> str | None:
        position = self.steps.index(step)
        following = self.steps[position + 1].key if position + 1 < len(self.steps) else DONE
        return self.place(step.then or following)

    def place(self, target: str) -> str | None:
        return self.end if target == DONE else target


@dataclass
class Reader:
    """Reads one list after the other. `nests` says which steps keep what is inside to themselves.

    Such a step is one box; otherwise what it holds is drawn between those around it.
    """

    procedure: Procedure
    titles: Titles
    link: Link
    nests: Callable[[Step], bool] = lambda _step: False
    lane_of: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        used = dict.fromkeys(self.procedure.lanes)
        used |= dict.fromkeys(
            role for step in self.procedure.walk() if (role := looks.role_of(step)) is not None
        )
        self.roles: list[str] = [*used]
        self.lanes = tuple(
            Lane(self.titles.role(role), self.link("role", role)) for role in used
        ) or (Lane(_APPLICATION),)

    def whole(self) -> tuple[Box, ...]:
        """All boxes in reading order; each start right before the step it leads to."""
        outer = StepList(self.procedure.steps, END)
        steps = self.in_lanes([*self.boxes(outer), *self.needed(self.procedure.as_needed)])
        return (*with_ends(self.with_starts(steps)), *self.stop())

    # steps ---------------------------------------------------------------------------------

    def boxes(self, steps: StepList) -> Iterator[Box]:
        for step in steps.steps:
            if self.nests(step):
                yield replace(self._appearance(step), then=steps.after(step))
                continue
            match step.action:
                case Together() as together:
                    yield from self._together(step, together, steps)
                case Group() as group:
                    yield from self._group(step, group, steps)
                case _:
                    yield self._box(step, steps)

    def _together(self, step: Step, action: Together, steps: StepList) -> Iterator[Box]:
        join = f"join:{step.key}"
        yield replace(
            self._appearance(step),
            exits=tuple(
                Exit(in_words(item.key), _first(item, join), item.key) for item in action.branches
            ),
        )
        for branch in action.branches:
            yield from self.boxes(StepList(branch.steps, join))
        yield from self.needed(action.as_needed)
        meets = looks.meeting(action.finish_when)
        if step.each is not None:
            meets = f"{meets}, for each {in_words(step.each.name).lower()}"
        yield Box(
            join,
            Shape.JOIN,
            0,
            meets,
            "where branches meet",
            glyph=Glyph.FORK,
            then=steps.after(step),
        )

    def _group(self, step: Step, action: Group, steps: StepList) -> Iterator[Box]:
        """A group that is done once has no box where it ends."""
        join = f"join:{step.key}" if step.each is not None else None
        inner = StepList(action.steps, join or steps.after(step))
        yield replace(self._appearance(step), then=action.steps[0].key)
        yield from self.boxes(inner)
        yield from self.needed(action.as_needed)
        if step.each is not None:
            yield Box(
                f"join:{step.key}",
                Shape.JOIN,
                0,
                looks.turns_end(step.each),
                "where turns meet",
                glyph=Glyph.LIST,
                then=steps.after(step),
            )

    def needed(self, items: tuple[AsNeeded, ...]) -> Iterator[Box]:
        for item in items:
            yield Box(
                f"needed:{item.key}",
                Shape.NEEDED,
                0,
                looks.needed_line(item),
                "whenever it is needed",
                glyph=Glyph.NEEDED,
                then=item.steps[0].key,
            )
            yield from self.boxes(StepList(item.steps, None))

    def _box(self, step: Step, steps: StepList) -> Box:
        box = self._appearance(step)
        if step.is_last:
            return box
        after = steps.after(step)
        if step.each is not None:
            return replace(box, then=after)
        exits = [
            Exit(label, target, key)
            for key, label, target in self._exits(step, steps, after)
            if target is not None
        ]
        return replace(box, exits=tuple(exits)) if exits else replace(box, then=after)

    def _exits(
        self, step: Step, steps: StepList, after: str | None
    ) -> Iterator[tuple[str, str, str | None]]:
        """Key, label and target of each way out."""
        match step.action:
            case Choose(gateway=gateway):
                for rule in gateway.rules:
                    label = _OTHERWISE if rule.condition is None else in_words(rule.key)
                    yield rule.key, label, steps.place(str(rule.then["then"]))
                return
            case WaitUntil(at_latest=latest) if latest is not None and len(step.outcomes) == 1:
                yield IN_TIME, in_words(IN_TIME), after
            case _:
                pass
        for key, outcome in step.outcomes.items():
            target = steps.place(outcome.then) if outcome.then else after
            yield key, outcome.label or in_words(key), target

    def _appearance(self, step: Step) -> Box:
        return looks.appearance(step, self.titles, self.link)

    # lanes, starts and ends ----------------------------------------------------------------

    def in_lanes(self, boxes: list[Box]) -> list[Box]:
        """Tasks stand in their role's lane, what opens a list with its first task.

        Everything else stands with what leads to it.
        """
        people = self._people()
        previous = next(iter(people.values()), 0)
        for box in boxes:
            lane = people.get(box.key)
            if lane is None and box.shape is Shape.JOIN:
                lane = self.lane_of.get(box.key.removeprefix("join:"))
            if lane is None and box.shape is Shape.NEEDED:
                lane = people.get(box.then or "")
            if lane is None:
                before = (self.lane_of[other.key] for other in boxes if _leads(other, box, self))
                lane = next(before, previous)
            self.lane_of[box.key] = previous = lane
        return [replace(box, lane=self.lane_of[box.key]) for box in boxes]

    def _people(self) -> dict[str, int]:
        found = {}
        for step in self.procedure.walk():
            steps = walk(step.action.steps) if isinstance(step.action, Group) else (step,)
            roles = (role for inner in steps if (role := looks.role_of(inner)) is not None)
            if (role := next(roles, None)) is not None:
                found[step.key] = self.roles.index(role)
        return found

    def with_starts(self, boxes: list[Box]) -> list[Box]:
        """Each start right before the step it leads to."""
        starts = list(self._starts())
        ordered: list[Box] = []
        for box in boxes:
            ordered += (start for start in starts if start.then == box.key)
            ordered.append(box)
        return ordered

    def beginnings(self) -> Mapping[tuple[str, int], tuple[Beginning, ...]]:
        """The starts that share a box: those that lead to one step from one lane."""
        first = self.procedure.steps[0].key if self.procedure.steps else END
        groups: dict[tuple[str, int], list[Beginning]] = {}
        for start in self.procedure.starts:
            target = start.begins_at or first
            lane = self.lane_of.get(target, 0)
            if start.by in self.roles:
                lane = self.roles.index(start.by)
            groups.setdefault((target, lane), []).append(start)
        if not any(target == first for target, _ in groups):
            groups.setdefault((first, self.lane_of.get(first, 0)), [])
        return {place: tuple(starts) for place, starts in groups.items()}

    def _starts(self) -> Iterator[Box]:
        for (target, lane), starts in self.beginnings().items():
            lines = tuple(
                looks.start_line(start, self.titles, self.link, in_its_lane=start.by in self.roles)
                for start in starts
            ) or (Line("Start"),)
            key = f"start:{target}:{lane}"
            yield Box(key, Shape.START, lane, "", "start", lines=lines, then=target)

    def stop(self) -> Iterator[Box]:
        if self.procedure.stops_when is not None:
            title = looks.stopping(self.procedure.stops_when)
            yield Box("stop:condition", Shape.STOP, 0, title, "ends the run", glyph=Glyph.STOP)


def with_ends(boxes: list[Box]) -> tuple[Box, ...]:
    """One box for the end in each lane from which it is reached."""
    ends: dict[int, Box] = {}
    placed = []
    for box in boxes:
        if END in box.followers:
            end = f"end:{DONE}:{box.lane}"
            ends.setdefault(box.lane, Box(end, Shape.END, box.lane, in_words(DONE), "end"))
            exits = tuple(replace(way, to=end) if way.to == END else way for way in box.exits)
            placed.append(replace(box, exits=exits, then=end if box.then == END else box.then))
        else:
            placed.append(box)
    return (*placed, *ends.values())


def without_empty(
    lanes: tuple[Lane, ...], boxes: tuple[Box, ...]
) -> tuple[tuple[Lane, ...], tuple[Box, ...]]:
    """Roles that only look on or take over have no box here, and so no lane."""
    used = sorted({box.lane for box in boxes if box.shape is not Shape.STOP}) or [0]
    return (
        tuple(lanes[index] for index in used),
        tuple(replace(box, lane=used.index(box.lane) if box.lane in used else 0) for box in boxes),
    )


def _first(branch: Branch, join: str) -> str:
    return branch.steps[0].key if branch.steps else join


def _leads(other: Box, box: Box, reader: Reader) -> bool:
    return other.key in reader.lane_of and box.key in other.followers
