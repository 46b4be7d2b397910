"""Measures the pictures in a BPMN file: what lies on something, and lines that miss their ends."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

from tests.notation.bpmn.exports import NAMESPACES
from tests.notation.measuring import Area

TOUCHING = 1.0
"""How far a line may end from the shape it leads to."""


def faults(text: str) -> list[str]:
    root = ET.fromstring(text)
    ends = {
        flow.get("id"): (flow.get("sourceRef"), flow.get("targetRef"))
        for flow in root.iter(f"{{{NAMESPACES['bpmn']}}}sequenceFlow")
    }
    attached = {node.get("id"): node.get("attachedToRef") for node in root.iter()}
    return [
        fault
        for plane in root.iterfind(".//bpmndi:BPMNPlane", NAMESPACES)
        for fault in _of_plane(plane, ends, attached)
    ]


def _of_plane(
    plane: ET.Element, ends: Mapping[str, tuple[str, str]], attached: Mapping[str, str]
) -> Iterator[str]:
    shapes = {
        shape.get("bpmnElement"): _area(shape, shape.get("bpmnElement"))
        for shape in plane.iterfind("bpmndi:BPMNShape", NAMESPACES)
        if not shape.get("isHorizontal")
    }
    lanes = [
        _area(shape, "lane")
        for shape in plane.iterfind("bpmndi:BPMNShape", NAMESPACES)
        if shape.get("bpmnElement").startswith("lane.")
    ]
    labels = [
        _area(label, f"name of {drawn.get('bpmnElement')}")
        for drawn in plane
        for label in drawn.iterfind("bpmndi:BPMNLabel", NAMESPACES)
    ]
    for one, other in itertools.combinations([*shapes.values(), *labels], 2):
        is_attached = attached.get(one.what) == other.what or attached.get(other.what) == one.what
        if one.meets(other) and not is_attached:
            yield f"{one.what} lies on {other.what}"
    for area in (*shapes.values(), *labels):
        if lanes and not any(lane.holds(area) for lane in lanes):
            yield f"{area.what} leaves its lane"
    for drawn in plane.iterfind("bpmndi:BPMNEdge", NAMESPACES):
        flow = drawn.get("bpmnElement")
        yield from _of_flow(flow, _points(drawn), ends[flow], shapes, labels)


def _of_flow(
    flow: str,
    points: list[tuple[float, float]],
    ends: tuple[str, str],
    shapes: Mapping[str, Area],
    labels: list[Area],
) -> Iterator[str]:
    source, target = (shapes[end] for end in ends)
    if not _touches(source, points[0]):
        yield f"{flow} does not begin at {source.what}"
    if not _touches(target, points[-1]):
        yield f"{flow} does not end at {target.what}"
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        if x1 != x2 and y1 != y2:
            yield f"{flow} runs aslant"
        piece = Area(flow, min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
        for area in (*shapes.values(), *labels):
            if piece.meets(area) and area not in (source, target):
                yield f"{flow} runs through {area.what}"


def _touches(area: Area, point: tuple[float, float]) -> bool:
    x, y = point
    return (
        area.left - TOUCHING <= x <= area.right + TOUCHING
        and area.top - TOUCHING <= y <= area.bottom + TOUCHING
    )


def _area(drawn: ET.Element, what: str) -> Area:
    bounds = drawn.find("dc:Bounds", NAMESPACES)
    x, y, width, height = (float(bounds.get(key)) for key in ("x", "y", "width", "height"))
    return Area(what, x, y, x + width, y + height)


def _points(drawn: ET.Element) -> list[tuple[float, float]]:
    return [
        (float(point.get("x")), float(point.get("y")))
        for point in drawn.iterfind("di:waypoint", NAMESPACES)
    ]
