"""Reads a procedure as a diagram: which boxes there are, in which lanes, and what leads where.

A step of the application (decide, choose, set, create, notify, start) stands in the lane of the step
that leads to it, as people draw it. The end of the outermost list gets a box of its own, and
branches side by side a box where they meet again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from server.domain.procedure import (
    DONE,
    Beginning,
    Branch,
    Choose,
    ContinueIn,
    Create,
    Decide,
    Do,
    End,
    Notify,
    Procedure,
    Set,
    Start,
    Step,
    Together,
    walk,
)
from server.notation.diagram import Box, Diagram, Exit, Glyph, Lane, Line, Shape
from server.notation.titles import Titles, in_words

Link = Callable[[str, str], str | None]
"""The address of a thing, given its kind (`step`, `role`, `procedure`, ...) and key; None: none."""

_APPLICATION = "The application"
_OTHERWISE = "Otherwise"


def diagram(
    procedure: Procedure,
    titles: Titles,
    link: Link,
    done: frozenset[str],
    current: frozenset[str],
) -> Diagram:
    """The whole procedure with one lane for each role that has something to do."""
    reader = _Reader(procedure, titles, link)
    lanes, boxes = _without_empty(reader.lanes, reader.boxes())
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
class _List:
    """A list of steps and where its end leads."""

    steps: tuple[Step, ...]
    end: str

    def after(self, step: Step) -> str:
        position = self.steps.index(step)
        following = self.steps[position + 1].key if position + 1 < len(self.steps) else DONE
        return self.place(step.then or following)

    def place(self, target: str) -> str:
        return self.end if target == DONE else target


@dataclass
class _Reader:
    procedure: Procedure
    titles: Titles
    link: Link
    lane_of: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        used = [*self.procedure.lanes]
        for step in walk(self.procedure.steps):
            if isinstance(step.action, Do) and step.action.role not in used:
                used.append(step.action.role)
        self.roles: list[str] = used
        self.lanes = tuple(
            Lane(self.titles.role(role), self.link("role", role)) for role in used
        ) or (Lane(_APPLICATION),)

    def boxes(self) -> tuple[Box, ...]:
        """All boxes in reading order; each start right before the step it leads to."""
        outer = _List(self.procedure.steps, _END)
        steps = list(self._list(outer))
        self._lay_lanes(steps)
        steps = [replace(box, lane=self.lane_of[box.key]) for box in steps]
        starts = self._starts()
        ordered: list[Box] = []
        for box in steps:
            ordered += (start for start in starts if start.then == box.key)
            ordered.append(box)
        return self._with_ends(ordered)

    # steps ---------------------------------------------------------------------------------

    def _list(self, steps: _List) -> Iterator[Box]:
        for step in steps.steps:
            if isinstance(step.action, Together):
                yield from self._together(step, step.action, steps)
            else:
                yield self._box(step, steps)

    def _together(self, step: Step, action: Together, steps: _List) -> Iterator[Box]:
        join = f"join:{step.key}"
        title = step.title or "Side by side"
        yield Box(
            key=step.key,
            shape=Shape.FORK,
            lane=0,
            title=title,
            kind=f"{len(action.branches)} branches side by side",
            href=self.link("step", step.key),
            glyph=Glyph.FORK,
            exits=tuple(Exit(in_words(item.key), _first(item, join)) for item in action.branches),
        )
        for branch in action.branches:
            yield from self._list(_List(branch.steps, join))
        meets = {"all": "When all are done", "first": "When the first is done"}.get(
            action.finish_when, f"When “{in_words(action.finish_when)}” is done"
        )
        yield Box(
            join,
            Shape.JOIN,
            0,
            meets,
            "where branches meet",
            glyph=Glyph.FORK,
            then=steps.after(step),
        )

    def _box(self, step: Step, steps: _List) -> Box:
        box = self._appearance(step)
        if step.is_last:
            return box
        after = steps.after(step)
        if isinstance(step.action, Choose):
            exits = tuple(
                Exit(
                    _OTHERWISE if rule.condition is None else in_words(rule.key),
                    steps.place(str(rule.then["then"])),
                )
                for rule in step.action.gateway.rules
            )
            return replace(box, exits=exits)
        if step.outcomes:
            exits = tuple(
                Exit(
                    outcome.label or in_words(key),
                    steps.place(outcome.then) if outcome.then else after,
                )
                for key, outcome in step.outcomes.items()
            )
            return replace(box, exits=exits)
        return replace(box, then=after)

    def _appearance(self, step: Step) -> Box:
        here = self.link("step", step.key)
        titles = self.titles
        match step.action:
            case Do() as do:
                shape, glyph, href = Shape.TASK, Glyph.NONE, here
                title = step.title or in_words(step.key)
                kind = f"task of {titles.role(do.role)}"
            case Decide() as decide:
                shape, glyph = Shape.GATEWAY, Glyph.CHOICE
                href = self.link("decision", decide.decision) or here
                title, kind = step.title or titles.decision(decide.decision), "decided by rules"
            case Choose():
                shape, glyph, href = Shape.GATEWAY, Glyph.CHOICE, here
                title, kind = step.title or in_words(step.key), "chosen by conditions"
            case Create() as create:
                shape, glyph, href = Shape.AUTOMATIC, Glyph.CREATE, here
                title = step.title or f"New {titles.entity(create.creation.entity).lower()}"
                kind = "done by the application"
            case Notify() as notify:
                shape, glyph = Shape.AUTOMATIC, Glyph.NOTIFY
                href = self.link("notification", notify.notification) or here
                title = step.title or titles.notification(notify.notification)
                kind = "sent by the application"
            case Start() | ContinueIn() as other:
                shape, href = Shape.HANDOVER, self.link("procedure", other.procedure) or here
                outside = other.procedure in titles.outside
                glyph = Glyph.OUTSIDE if outside else Glyph.GO
                goes_on = isinstance(other, ContinueIn)
                title = step.title or titles.procedure(other.procedure)
                kind = (
                    f"{'continues in' if goes_on else 'starts'} the procedure "
                    f"{titles.procedure(other.procedure)}"
                )
            case End() as end:
                shape, glyph, href = Shape.END, Glyph.NONE, None
                title, kind = step.title or in_words(end.name), "end"
            case Set() | Together():
                shape, glyph, href = Shape.AUTOMATIC, Glyph.WRITE, here
                title = step.title or _writing(step)
                kind = "done by the application"
        return Box(step.key, shape, 0, title, kind, href=href, glyph=glyph)

    # lanes, starts and ends ----------------------------------------------------------------

    def _lay_lanes(self, boxes: list[Box]) -> None:
        """Tasks stand in their role's lane, everything else with what leads to it."""
        actions = {step.key: step.action for step in walk(self.procedure.steps)}
        people = {
            key: self.roles.index(action.role)
            for key, action in actions.items()
            if isinstance(action, Do)
        }
        previous = next(iter(people.values()), 0)
        for box in boxes:
            lane = people.get(box.key)
            if lane is None and box.shape is Shape.JOIN:
                lane = self.lane_of[box.key.removeprefix("join:")]
            if lane is None:
                before = (self.lane_of[other.key] for other in boxes if _leads(other, box, self))
                lane = next(before, previous)
            self.lane_of[box.key] = previous = lane

    def _starts(self) -> list[Box]:
        first = self.procedure.steps[0].key if self.procedure.steps else _END
        groups: dict[tuple[str, int], list[Beginning]] = {}
        for start in self.procedure.starts:
            target = start.begins_at or first
            lane = self.lane_of.get(target, 0)
            if start.by in self.roles:
                lane = self.roles.index(start.by)
            groups.setdefault((target, lane), []).append(start)
        if not any(target == first for target, _ in groups):
            groups.setdefault((first, self.lane_of.get(first, 0)), [])
        boxes = []
        for (target, lane), starts in groups.items():
            lines = tuple(self._start_line(start) for start in starts) or (Line("Start"),)
            key = f"start:{target}:{lane}"
            boxes.append(Box(key, Shape.START, lane, "", "start", lines=lines, then=target))
        return boxes

    def _start_line(self, start: Beginning) -> Line:
        if start.after is not None:
            href = self.link("procedure", start.after)
            return Line(start.title or f"After {self.titles.procedure(start.after)}", href)
        if start.when is not None:
            href = self.link("entity", start.when)
            return Line(start.title or f"New {self.titles.entity(start.when).lower()}", href)
        role = self.titles.role(start.by or "")
        title = start.title or in_words(start.key)
        return Line(title if start.by in self.roles else f"{title} ({role})")

    def _with_ends(self, boxes: list[Box]) -> tuple[Box, ...]:
        """One box for the end in each lane from which it is reached."""
        ends: dict[int, Box] = {}
        placed = []
        for box in boxes:
            if _END in box.followers:
                end = f"end:{DONE}:{box.lane}"
                ends.setdefault(box.lane, Box(end, Shape.END, box.lane, in_words(DONE), "end"))
                exits = tuple(replace(way, to=end) if way.to == _END else way for way in box.exits)
                placed.append(
                    replace(box, exits=exits, then=end if box.then == _END else box.then)
                )
            else:
                placed.append(box)
        return (*placed, *ends.values())


_END = "end:"


def _without_empty(
    lanes: tuple[Lane, ...], boxes: tuple[Box, ...]
) -> tuple[tuple[Lane, ...], tuple[Box, ...]]:
    """Roles that only look on or take over have no box here, and so no lane."""
    used = sorted({box.lane for box in boxes})
    return (
        tuple(lanes[index] for index in used),
        tuple(replace(box, lane=used.index(box.lane)) for box in boxes),
    )


def _first(branch: Branch, join: str) -> str:
    return branch.steps[0].key if branch.steps else join


def _leads(other: Box, box: Box, reader: _Reader) -> bool:
    return other.key in reader.lane_of and box.key in other.followers


def _writing(step: Step) -> str:
    """What a `set` writes, said shortly."""
    if not step.set:
        return in_words(step.key)
    return ", ".join(f"{in_words(item.field)}: {item.value.text}" for item in step.set)
