"""Reads a process as a diagram: its procedures, what leads from one to the next, and its borders."""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.definitions import Process
from server.domain.procedure import Procedure
from server.domain.step import (
    Call,
    ContinueIn,
    Start,
)
from server.notation.diagram import Box, Diagram, Exit, Glyph, Lane, Shape
from server.notation.looks import Link
from server.notation.titles import Titles


def diagram(
    process: Process, procedures: Mapping[str, Procedure], titles: Titles, link: Link
) -> Diagram:
    """Procedures of the process stand left, those of other processes that it leads to right."""
    own = [key for key in process.procedures if key in procedures]
    boxes = []
    beyond: dict[str, None] = {}
    for key in own:
        targets = _leads_to(procedures[key], procedures)
        beyond |= dict.fromkeys(target for target in targets if target not in own)
        boxes.append(_box(key, 0, titles, link, targets))
    boxes += [_box(key, 1, titles, link, ()) for key in beyond]
    lanes = (Lane(process.title), *((Lane("Other processes"),) if beyond else ()))
    return Diagram(
        title=process.title,
        lanes=lanes,
        boxes=tuple(boxes),
        description=f"{process.title}: {len(own)} procedures and what they lead to.",
    )


def _leads_to(procedure: Procedure, procedures: Mapping[str, Procedure]) -> tuple[str, ...]:
    """The procedures that begin from this one, said on either side."""
    targets = [
        step.action.procedure
        for step in procedure.walk()
        if isinstance(step.action, Call | Start | ContinueIn)
    ]
    targets += [
        other.key
        for other in procedures.values()
        if any(start.after == procedure.key for start in other.starts)
    ]
    return tuple(target for target in dict.fromkeys(targets) if target in procedures)


def _box(key: str, lane: int, titles: Titles, link: Link, targets: tuple[str, ...]) -> Box:
    title = titles.procedure(key)
    outside = key in titles.outside
    return Box(
        key=key,
        shape=Shape.HANDOVER if lane else Shape.TASK,
        lane=lane,
        title=title,
        kind=f"procedure{' that runs elsewhere' if outside else ''}",
        href=link("procedure", key),
        glyph=Glyph.OUTSIDE if outside else Glyph.NONE,
        exits=tuple(Exit(titles.procedure(target), target) for target in targets),
    )
