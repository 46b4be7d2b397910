"""Definitions in pictures and in the notations of others. Pure; text.

reading / process_map   what there is to draw -> `Diagram`; `looks` of each step
layout, routing         places for the boxes, bends for the ways
svg                     the drawing: swim lanes of a procedure, the map of a process
bpmn                    a procedure as BPMN 2.0, by the same reading and layout
"""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.definitions import Process
from server.domain.procedure import Procedure
from server.notation import process_map as process_maps
from server.notation import reading, svg
from server.notation.bpmn import as_bpmn
from server.notation.layout import lay_out
from server.notation.looks import Link
from server.notation.titles import Titles

__all__ = ["Link", "Titles", "as_bpmn", "in_words", "process_map", "swim_lanes"]


def swim_lanes(
    procedure: Procedure,
    titles: Titles,
    *,
    link: Link,
    done: frozenset[str] = frozenset(),
    current: frozenset[str] = frozenset(),
) -> str:
    """The procedure as SVG, with the steps `done` and `current` in a run marked."""
    return svg.drawn(lay_out(reading.diagram(procedure, titles, link, done, current)))


def process_map(
    process: Process, procedures: Mapping[str, Procedure], titles: Titles, *, link: Link
) -> str:
    """The procedures of a process and how they lead to each other and elsewhere, as SVG."""
    return svg.drawn(lay_out(process_maps.diagram(process, procedures, titles, link)))
