"""The diagram of an exported decision: it stands above what goes into it."""

from __future__ import annotations

from collections.abc import Sequence

from server.notation.bpmn.markup import Element

WIDTH, HEIGHT, GAP = 180, 60, 40
LEFT, TOP, STEP = 60, 60, 140


def picture(
    decision: str,
    formulas: Sequence[str],
    inputs: Sequence[str],
    needs: Sequence[tuple[str, str, str]],
) -> Element:
    """Three rows: the decision, what is set and computed, and the inputs. Ids name the elements.

    `needs` are requirements: their own id, who needs something, and what.
    """
    rows = [row for row in ([decision], [*formulas], [*inputs]) if row]
    widest = max(len(row) for row in rows)
    places = {
        identity: (
            LEFT + (widest - len(row)) * (WIDTH + GAP) // 2 + number * (WIDTH + GAP),
            TOP + level * STEP,
        )
        for level, row in enumerate(rows)
        for number, identity in enumerate(row)
    }
    shapes = [_shape(identity, x, y) for identity, (x, y) in places.items()]
    edges = [
        _edge(identity, places[what], places[who])
        for identity, who, what in needs
        if who in places and what in places
    ]
    diagram = Element("dmndi:DMNDiagram", {"id": "diagram"}, (*shapes, *edges))
    return Element("dmndi:DMNDI", {}, (diagram,))


def _shape(identity: str, x: int, y: int) -> Element:
    bounds = {"x": str(x), "y": str(y), "width": str(WIDTH), "height": str(HEIGHT)}
    named = {"id": f"s{identity}", "dmnElementRef": identity}
    return Element("dmndi:DMNShape", named, (Element("dc:Bounds", bounds),))


def _edge(identity: str, start: tuple[int, int], end: tuple[int, int]) -> Element:
    """From the top of what is needed to the bottom of who needs it; level, from side to side."""
    if start[1] == end[1]:
        ends = [(start[0] + WIDTH, start[1] + HEIGHT // 2), (end[0], end[1] + HEIGHT // 2)]
    else:
        ends = [(start[0] + WIDTH // 2, start[1]), (end[0] + WIDTH // 2, end[1] + HEIGHT)]
    points = (Element("di:waypoint", {"x": str(x), "y": str(y)}) for x, y in ends)
    named = {"id": f"s_{identity}", "dmnElementRef": identity}
    return Element("dmndi:DMNEdge", named, tuple(points))
